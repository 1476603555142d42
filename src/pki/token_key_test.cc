// With SoftHSM, a token in software.
#include "pki/token_key.h"

#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pki/judge_fixture.h"
#include "pki/ocsp.h"
#include "pki/request_fixture.h"
#include "pki/token_sealing.h"

namespace muster::pki {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";

// One token for all tests: the library reads its configuration once.
Judge& token() {
  static Judge judge;
  static const bool kMade = [] {
    judge.write("softhsm2.conf", "directories.tokendir = " + judge.path("tokens") +
                                     "\nobjectstore.backend = file\nlog.level = ERROR\n");
    std::filesystem::create_directories(judge.path("tokens"));
    setenv("SOFTHSM2_CONF", judge.path("softhsm2.conf").c_str(), 1);
    judge.run("softhsm2-util --init-token --free --label muster-test --pin 1234 --so-pin 5678");
    return judge.good();
  }();
  EXPECT_TRUE(kMade) << "softhsm2-util";
  return judge;
}

AuthorityPlan token_plan(KeyType type) {
  AuthorityPlan plan = plan_of_test();
  plan.key_type = type;
  plan.tokens = {kModule, "muster-test", "1234"};
  return plan;
}

class TokenKeyTest : public ::testing::Test {
 protected:
  void SetUp() override { token(); }

  static IssuedCertificate issue(const Authority& authority) {
    const auto request = read_certificate_request(RequestMaker{}.make(), KeyPolicy{});
    auto issued = authority.issue(*request, device_of_test());
    EXPECT_TRUE(issued) << issued.error().message;
    return *issued;
  }
};

TEST_F(TokenKeyTest, AuthoritiesSignInTheToken) {
  for (const KeyType type : {KeyType::kEcP256, KeyType::kEcP384, KeyType::kRsa3072}) {
    const AuthorityPlan plan = token_plan(type);
    const auto made = make_authority(plan, now_of_test());
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->issuing_key, StartsWith("pkcs11:"));
    EXPECT_THAT(made->issuing_key, HasSubstr("token=muster-test"));
    EXPECT_THAT(made->root_key, HasSubstr("type=private"));

    const auto authority = Authority::load(*made, plan.pki_url, plan.tokens);
    ASSERT_TRUE(authority) << authority.error().message;
    Judge judge;
    judge.write("root.pem", to_pem(made->root_certificate));
    judge.write("issuing.pem", to_pem(made->issuing_certificate));
    judge.write("device.pem", to_pem(issue(**authority).der));
    const std::string at = std::to_string(now_of_test().unix_seconds());
    EXPECT_THAT(judge.run("openssl verify -x509_strict -attime " + at +
                          " -CAfile root.pem -untrusted issuing.pem device.pem"),
                HasSubstr("device.pem: OK"));
    EXPECT_TRUE((*authority)->sign_crl({}, 1, now_of_test(), now_of_test()));
    EXPECT_TRUE((*authority)->sign_root_crl(1, now_of_test(), now_of_test()));

    judge.run("openssl ocsp -reqout request.der -issuer issuing.pem -cert device.pem -no_nonce");
    const auto answer = answer_ocsp(
        judge.read("request.der"), {*authority},
        [](const Authority&, std::string_view) { return CertificateStatus{}; }, now_of_test(),
        std::chrono::hours(1));
    ASSERT_TRUE(answer) << answer.error().message;
    judge.write("response.der", *answer);
    EXPECT_THAT(judge.run("openssl ocsp -respin response.der -no_nonce -issuer issuing.pem -CAfile "
                          "root.pem -verify_other issuing.pem -attime " +
                          at),
                HasSubstr("Response verify OK"));
  }
}

TEST_F(TokenKeyTest, SuccessionLinksKeysOfTokens) {
  const AuthorityPlan plan = token_plan(KeyType::kEcP256);
  const auto old = make_authority(plan, now_of_test());
  ASSERT_TRUE(old);
  const auto next = succeed_authority(plan, *old, now_of_test());
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_FALSE(next->new_with_old.empty());
}

TEST_F(TokenKeyTest, ImportTakesAUri) {
  const AuthorityPlan plan = token_plan(KeyType::kEcP256);
  const auto made = make_authority(plan, now_of_test());
  ASSERT_TRUE(made);
  const auto imported =
      import_authority(3, to_pem(made->issuing_certificate), made->issuing_key,
                       to_pem(made->root_certificate), plan.tokens, now_of_test());
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->issuing_key, made->issuing_key);
  const auto other = import_authority(3, to_pem(made->issuing_certificate), made->root_key,
                                      to_pem(made->root_certificate), plan.tokens, now_of_test());
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("does not sign for"));
}

TEST_F(TokenKeyTest, SignsFromManyThreads) {
  const AuthorityPlan plan = token_plan(KeyType::kEcP256);
  const auto made = make_authority(plan, now_of_test());
  ASSERT_TRUE(made);
  const auto authority = Authority::load(*made, plan.pki_url, plan.tokens);
  ASSERT_TRUE(authority);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&authority] {
      for (int count = 0; count < 20; ++count) {
        EXPECT_TRUE((*authority)->issued(issue(**authority).der));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(TokenKeyTest, SaysWhatIsWrong) {
  const auto refusal = [](const TokenStore& tokens) {
    AuthorityPlan plan = token_plan(KeyType::kEcP256);
    plan.tokens = tokens;
    const auto made = make_authority(plan, now_of_test());
    EXPECT_FALSE(made);
    if (made) return std::string();
    EXPECT_EQ(made.error().code, base::ErrorCode::kConfiguration);
    return made.error().message;
  };
  EXPECT_THAT(refusal({"/nowhere/module.so", "muster-test", "1234"}),
              HasSubstr("cannot be loaded"));
  EXPECT_THAT(refusal({kModule, "another", "1234"}), HasSubstr("no such token"));
  EXPECT_THAT(refusal({kModule, "muster-test", "9999"}), HasSubstr("refuses the PIN"));
  EXPECT_FALSE(check_token({kModule, "another", "1234"}));
  EXPECT_FALSE(check_token({kModule, "muster-test", "9999"}));
  for (const TokenStore& usable :
       {TokenStore{}, TokenStore{kModule, "muster-test", "1234"}, TokenStore{kModule, "", ""}}) {
    EXPECT_TRUE(check_token(usable));
  }

  const AuthorityPlan plan = token_plan(KeyType::kEcP256);
  auto made = make_authority(plan, now_of_test());
  ASSERT_TRUE(made);
  const auto without_module = Authority::load(*made, plan.pki_url, {});
  ASSERT_FALSE(without_module);
  EXPECT_EQ(without_module.error().code, base::ErrorCode::kConfiguration);
  for (const char* uri : {"pkcs11:token=muster-test;object=nothing", "pkcs11:token=muster-test",
                          "pkcs11:token=elsewhere;object=a", "pkcs11:%"}) {
    made->issuing_key = uri;
    const auto loaded = Authority::load(*made, plan.pki_url, plan.tokens);
    ASSERT_FALSE(loaded) << uri;
    EXPECT_EQ(loaded.error().code, base::ErrorCode::kConfiguration) << uri;
  }
}

TEST_F(TokenKeyTest, SmallSecretsAreSealedInTheToken) {
  Judge& judge = token();
  for (const char* name : {"kek", "other"}) {
    judge.write("aes", std::string(31, 'k') + name[0]);
    judge.run("softhsm2-util --import aes --aes --token muster-test --pin 1234 --label " +
              std::string(name) + " --id " + (name[0] == 'k' ? "aa" : "bb"));
    ASSERT_TRUE(judge.good()) << "softhsm2-util";
  }
  const TokenStore tokens{kModule, "muster-test", "1234"};
  const std::string uri = "pkcs11:token=muster-test;object=kek;type=secret-key";
  const auto sealed = token_seal(uri, tokens, "context", "a secret");
  ASSERT_TRUE(sealed) << sealed.error().message;
  EXPECT_EQ(sealed->size(), 12U + 8 + 16);
  EXPECT_NE(*sealed, *token_seal(uri, tokens, "context", "a secret"));
  const auto opened = token_open(uri, tokens, "context", *sealed);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*opened, "a secret");

  const auto refusal = [&](const std::string& of, const char* context, const std::string& value) {
    const auto refused = token_open(of, tokens, context, value);
    EXPECT_FALSE(refused);
    return refused ? base::ErrorCode::kInternal : refused.error().code;
  };
  std::string altered = *sealed;
  altered[14] = static_cast<char>(altered[14] ^ 1);
  using base::ErrorCode;
  EXPECT_EQ(refusal(uri, "another", *sealed), ErrorCode::kConfiguration);
  EXPECT_EQ(refusal(uri, "context", altered), ErrorCode::kConfiguration);
  EXPECT_EQ(refusal(uri, "context", "short"), ErrorCode::kConfiguration);
  EXPECT_EQ(refusal("pkcs11:token=muster-test;object=other", "context", *sealed),
            ErrorCode::kConfiguration);
  EXPECT_EQ(refusal("pkcs11:token=muster-test;object=none", "context", *sealed),
            ErrorCode::kConfiguration);
  EXPECT_EQ(refusal("pkcs11:%", "context", *sealed), ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace muster::pki
