#include "base/vault.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"

namespace muster::base {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view kOther = "22222222-2222-4222-8222-222222222222";

class VaultFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ + "/vault.key"; }
  void write(std::string_view octets, mode_t mode) const {
    std::ofstream(path()) << octets;
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) count += entry.exists();
    return count;
  }
  std::string folder_ = testing::TempDir() + "vault-" + random_uuid();
};

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

TEST_F(VaultFile, MakesAKeyOnceForItsOwnerOnly) {
  const ::mode_t before = ::umask(0);
  const auto first = Vault::open(path());
  ::umask(before);
  ASSERT_TRUE(first.ok()) << first.error().message;
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(status.st_size, 32);
  EXPECT_EQ(files(), 1U) << "the temporary file is gone";
  const auto second = Vault::open(path());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ((*first)->derive("p"), (*second)->derive("p"));
}

TEST_F(VaultFile, IsTheSameForAllThatStartAtOnce) {
  std::vector<std::string> derived(8);
  std::vector<std::thread> threads;
  for (auto& mine : derived) {
    threads.emplace_back([&mine, this] {
      const auto vault = Vault::open(path());
      if (vault.ok()) mine = (*vault)->derive("p");
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& mine : derived) EXPECT_EQ(mine, derived.front());
  EXPECT_EQ(derived.front().size(), 32U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(VaultFile, RefusesAKeyThatOthersCanRead) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0644U}) {
    write(kKey, mode);
    const auto vault = Vault::open(path());
    ASSERT_FALSE(vault.ok()) << std::oct << mode;
    EXPECT_EQ(vault.error().code, ErrorCode::kConfiguration);
    EXPECT_NE(vault.error().message.find(path()), std::string::npos);
  }
  write(kKey, 0400);
  EXPECT_TRUE(Vault::open(path()).ok());
}

TEST_F(VaultFile, RefusesAKeyOfAnotherSize) {
  for (const std::string_view octets : {kKey.substr(1), std::string_view()}) {
    write(octets, 0600);
    const auto vault = Vault::open(path());
    ASSERT_FALSE(vault.ok());
    EXPECT_EQ(vault.error().code, ErrorCode::kConfiguration);
  }
  write(std::string(kKey) + "x", 0600);
  EXPECT_FALSE(Vault::open(path()).ok());
}

TEST_F(VaultFile, NamesTheFileThatCannotBeMade) {
  const auto vault = Vault::open(folder_ + "/absent/vault.key");
  ASSERT_FALSE(vault.ok());
  EXPECT_EQ(vault.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(vault.error().message.find("/absent/vault.key"), std::string::npos);
}

}  // namespace
}  // namespace muster::base
