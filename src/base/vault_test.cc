#include "base/vault.h"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/random.h"

namespace muster::base {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view kOther = "22222222-2222-4222-8222-222222222222";

TEST(Vault, OpensWhatItSealed) {
  const auto vault = Vault::with_key(kKey);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16},
                                 std::size_t{17}, std::size_t{262'144}}) {
    const std::string plain = random_octets(size);
    const std::string sealed = vault->seal(kTenant, "set/key", plain);
    EXPECT_EQ(sealed.size(), size + 12 + 16);
    const auto opened = vault->open_sealed(kTenant, "set/key", sealed);
    ASSERT_TRUE(opened.ok()) << size;
    EXPECT_EQ(*opened, plain);
  }
}

// Hashes that are stored must be found again by every later version.
TEST(Vault, HashesUnderAKeyMadeOfPurposeAndTenant) {
  std::string label("muster/v1/hash");
  label.push_back('\0');
  label.append(kTenant);
  EXPECT_EQ(Vault::with_key(kKey)->hash(kTenant, "token"),
            hmac_sha256(hmac_sha256(kKey, label), "token"));
}

TEST(Vault, RefusesWhatWasAlteredOrMoved) {
  const auto vault = Vault::with_key(kKey);
  const std::string sealed = vault->seal(kTenant, "set/key", "a secret");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const auto opened = vault->open_sealed(kTenant, "set/key", altered);
    ASSERT_FALSE(opened.ok()) << i;
    EXPECT_EQ(opened.error().code, ErrorCode::kInternal);
  }
  EXPECT_FALSE(vault->open_sealed(kTenant, "set/other", sealed).ok());
  EXPECT_FALSE(vault->open_sealed(kOther, "set/key", sealed).ok());
  EXPECT_FALSE(vault->open_sealed(kTenant, "set/key", sealed.substr(0, 27)).ok());
  EXPECT_FALSE(vault->open_sealed(kTenant, "set/key", "").ok());
  const auto stranger = Vault::with_key("another key of thirty-two octets");
  EXPECT_FALSE(stranger->open_sealed(kTenant, "set/key", sealed).ok());
  // A failure leaves the cached context usable.
  EXPECT_TRUE(vault->open_sealed(kTenant, "set/key", sealed).ok());
}

TEST(Vault, NeverSealsTwiceAlike) {
  const auto vault = Vault::with_key(kKey);
  std::set<std::string> nonces;
  for (int i = 0; i < 1'000; ++i) nonces.insert(vault->seal(kTenant, "c", "x").substr(0, 12));
  EXPECT_EQ(nonces.size(), 1'000U);
}

TEST(Vault, KeepsTenantsPurposesAndInstancesApart) {
  const auto vault = Vault::with_key(kKey);
  EXPECT_EQ(vault->hash(kTenant, "t").size(), 32U);
  EXPECT_EQ(vault->hash(kTenant, "t"), Vault::with_key(kKey)->hash(kTenant, "t"));
  EXPECT_NE(vault->hash(kTenant, "t"), vault->hash(kOther, "t"));
  EXPECT_EQ(vault->derive("paging"), Vault::with_key(kKey)->derive("paging"));
  EXPECT_NE(vault->derive("paging"), vault->derive("other"));
  // Caches of a thread must not mix vaults up.
  EXPECT_NE(vault->hash(kTenant, "t"),
            Vault::with_key("another key of thirty-two octets")->hash(kTenant, "t"));
}

TEST(Vault, WorksForMoreTenantsThanItCaches) {
  const auto vault = Vault::with_key(kKey);
  std::vector<std::string> sealed;
  for (int i = 0; i < 3'000; ++i) sealed.push_back(vault->seal(std::to_string(i), "c", "plain"));
  for (int i = 0; i < 3'000; i += 7) {
    EXPECT_TRUE(
        vault->open_sealed(std::to_string(i), "c", sealed[static_cast<std::size_t>(i)]).ok());
  }
}

TEST(Vault, MayBeUsedByManyThreads) {
  const auto vault = Vault::with_key(kKey);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string tenant = std::to_string((t + i) % 5);
        const auto opened = vault->open_sealed(tenant, "c", vault->seal(tenant, "c", "plain"));
        good += opened.ok() && *opened == "plain";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 800);
}

VaultKeys two_keys(std::uint32_t current) {
  return {.sealing = {{1, std::string(kKey)}, {2, "another key of thirty-two octets"}},
          .current = current,
          .hashing = std::string(kKey)};
}

TEST(Vault, OpensWhatAnyOfItsKeysSealed) {
  const auto vault = Vault::with_key(kKey);
  const std::string first = vault->seal(kTenant, "c", "old");
  vault->use(two_keys(2));
  const std::string second = vault->seal(kTenant, "c", "new");
  EXPECT_EQ(first.size(), 12U + 3 + 16);
  EXPECT_EQ(second.size(), 8U + 12 + 3 + 16);
  Vault::Opened opened;
  EXPECT_EQ(*vault->open_sealed(kTenant, "c", first), "old");
  EXPECT_EQ(*vault->open_sealed(kTenant, "c", second), "new");
  EXPECT_EQ(opened.numbers(), (std::set<std::uint32_t>{1, 2}));
  // Whoever has the first key only.
  EXPECT_FALSE(Vault::with_key(kKey)->open_sealed(kTenant, "c", second).ok());
}

TEST(Vault, HashesAndDerivesTheSameUnderANewDataKey) {
  const auto vault = Vault::with_key(kKey);
  const std::string hash = vault->hash(kTenant, "token");
  const std::string derived = vault->derive("skiptoken");
  vault->use(two_keys(2));
  EXPECT_EQ(vault->hash(kTenant, "token"), hash);
  EXPECT_EQ(vault->derive("skiptoken"), derived);
}

TEST(Vault, AsksOnceForAKeyThatItDoesNotKnow) {
  const auto other = Vault::empty();
  other->use(two_keys(2));
  const std::string sealed = other->seal(kTenant, "c", "new");
  const auto vault = Vault::empty();
  int asked = 0;
  bool there = false;
  vault->on_unknown_key([&] {
    ++asked;
    if (there) vault->use(two_keys(1));
  });
  vault->use({.sealing = {{1, std::string(kKey)}}, .current = 1, .hashing = std::string(kKey)});
  EXPECT_FALSE(vault->open_sealed(kTenant, "c", sealed).ok());
  EXPECT_EQ(asked, 1);
  there = true;
  EXPECT_EQ(*vault->open_sealed(kTenant, "c", sealed), "new");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(*vault->open_sealed(kTenant, "c", sealed), "new");
  EXPECT_EQ(asked, 2);
}

// A nonce is random: it may look like the mark of a later key.
TEST(Vault, AValueOfTheFirstKeyOpensWhateverItBeginsWith) {
  const auto vault = Vault::with_key(kKey);
  const auto marked = Vault::empty();
  marked->use(two_keys(2));
  const std::string header = marked->seal(kTenant, "c", "x").substr(0, 8);
  std::string label("muster/v1/seal");
  label.push_back('\0');
  label.append(kTenant);
  const std::string key = hmac_sha256(kKey, label);
  std::string sealed = header + "nonc";
  sealed.resize(12 + 5 + 16);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const auto* octets = reinterpret_cast<const unsigned char*>(sealed.data());
  auto* body = reinterpret_cast<unsigned char*>(sealed.data()) + 12;
  int size = 0;
  EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr,
                     reinterpret_cast<const unsigned char*>(key.data()), octets);
  EVP_EncryptUpdate(context, nullptr, &size, reinterpret_cast<const unsigned char*>("c"), 1);
  EVP_EncryptUpdate(context, body, &size, reinterpret_cast<const unsigned char*>("plain"), 5);
  EVP_EncryptFinal_ex(context, body + 5, &size);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, body + 5);
  EVP_CIPHER_CTX_free(context);
  vault->use(two_keys(2));
  const auto opened = vault->open_sealed(kTenant, "c", sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, "plain");
}

TEST(Vault, SealsOnlyAsLongAsItHearsOfItsKeys) {
  const auto vault = Vault::with_key(kKey);
  EXPECT_TRUE(vault->may_seal());
  const Timestamp now = SystemClock().now();
  vault->may_seal_until(now.plus(std::chrono::hours(1)));
  EXPECT_TRUE(vault->may_seal());
  vault->may_seal_until(now);
  EXPECT_FALSE(vault->may_seal());
}

}  // namespace
}  // namespace muster::base
