#include "auth/verifier.h"

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "auth/token_forge.h"

namespace muster::auth {
namespace {

using forge::Key;
using forge::verdict_on;
using std::chrono::seconds;

constexpr const char* kBase = "https://localhost:8443";

const Key& key_a() {
  static const Key key = Key::rsa();
  return key;
}
const Key& key_b() {
  static const Key key = Key::ec();
  return key;
}

std::string bearer(const base::Result<MintedToken>& minted) {
  return "Bearer " + std::string(minted->token.reveal());
}

// Until another thread has done something; fails the test after far longer than that takes.
template <typename Condition>
void wait_until(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

class VerifierTest : public ::testing::Test {
 protected:
  std::unique_ptr<Verifier> make() {
    auto made = Verifier::create(settings_, own_, tenants_, clock_);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  void trust_server() {
    settings_.external_issuers.push_back(
        {.name = "server", .issuer = server_.url(), .audiences = {forge::kAudience}});
  }
  MintRequest application() const {
    MintRequest request;
    request.tenant_id = forge::kTenant;
    request.base_url = kBase;
    request.application_id = "app";
    request.permissions = {"DeviceManagementConfiguration.Read.All"};
    return request;
  }
  std::string external(const Key& key, const std::string& alg, const std::string& kid,
                       std::int64_t life = 3600) const {
    forge::Members claims = forge::good_claims();
    claims["iss"] = forge::quoted(server_.url());
    claims["exp"] = std::to_string(clock_.now().unix_seconds() + life);
    return "Bearer " + forge::token(key, forge::header(alg, kid), claims);
  }
  int fetches() const { return server_.requests("/jwks"); }

  AuthSettings settings_;
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(forge::kNow)};
  forge::WebServer server_;
  std::shared_ptr<MemorySigningKeyStore> store_ = std::make_shared<MemorySigningKeyStore>();
  std::shared_ptr<Issuer> own_ = *Issuer::create(settings_, store_, clock_);
  TenantCheck tenants_;
};

TEST_F(VerifierTest, OwnTokensWhateverNameTheClientUsed) {
  const auto verifier = make();
  for (const char* base :
       {"https://localhost:8443", "https://127.0.0.1:8443", "https://muster.lan"}) {
    MintRequest request = application();
    request.base_url = base;
    const Verdict verdict = verdict_on(*verifier, bearer(own_->mint(request)));
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_EQ((*verdict)->tenant_id, forge::kTenant);
    EXPECT_EQ((*verdict)->application_id, "app");
    EXPECT_TRUE((*verdict)->permissions.contains(Permission::kConfigurationRead));
  }
}

TEST_F(VerifierTest, OwnTokensForOtherAudiences) {
  settings_.audiences = {"api://muster"};
  const auto verifier = make();
  const auto with = [&](const std::string& audience) {
    MintRequest request = application();
    request.audience = audience;
    return verdict_on(*verifier, bearer(own_->mint(request)));
  };
  EXPECT_TRUE(with("api://muster"));
  EXPECT_TRUE(with("https://graph.microsoft.com"));
  EXPECT_TRUE(with("https://graph.microsoft.com/"));
  EXPECT_TRUE(with("00000003-0000-0000-c000-000000000000"));
  EXPECT_EQ(with("https://other.example").error().message,
            "Access token validation failure. Invalid audience.");
}

TEST_F(VerifierTest, SchemeAndEmptiness) {
  const auto verifier = make();
  const std::string token = bearer(own_->mint(application())).substr(7);
  for (const std::string prefix : {"Bearer ", "bearer ", "BEARER   ", " Bearer "}) {
    EXPECT_TRUE(verdict_on(*verifier, prefix + token)) << prefix;
  }
  for (const std::string header : {"", " ", "Bearer", "Bearer ", "bearer    "}) {
    const Verdict verdict = verdict_on(*verifier, header);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, base::ErrorCode::kNotAuthenticated);
    EXPECT_EQ(verdict.error().message, "Access token is empty.");
  }
  for (const std::string& header :
       {token, "Basic " + token, "Bearer" + token, "Bearer: " + token, "Bearer\t" + token,
        "Bearer " + token + ", Bearer " + token, "Bearer " + token + " x", "BearerX " + token}) {
    const Verdict verdict = verdict_on(*verifier, header);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, base::ErrorCode::kNotAuthenticated);
    EXPECT_EQ(verdict.error().message.find(token.substr(0, 20)), std::string::npos);
  }
}

TEST_F(VerifierTest, ExpiryIsCheckedOnEveryUse) {
  const auto verifier = make();
  MintRequest request = application();
  request.life = seconds(100);
  const std::string header = bearer(own_->mint(request));
  EXPECT_TRUE(verdict_on(*verifier, header));
  EXPECT_TRUE(verdict_on(*verifier, header));
  EXPECT_EQ(verifier->counts().verified, 1U);
  EXPECT_EQ(verifier->counts().cached, 1U);
  clock_.advance(seconds(159));
  EXPECT_TRUE(verdict_on(*verifier, header));
  clock_.advance(seconds(1));
  const Verdict verdict = verdict_on(*verifier, header);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().message, "Access token has expired or is not yet valid.");
  EXPECT_EQ(verifier->counts().refused, 1U);
  clock_.set(base::Timestamp::from_unix_seconds(forge::kNow - 61));
  EXPECT_FALSE(verdict_on(*verifier, header)) << "a cached token is not valid before nbf either";
}

TEST_F(VerifierTest, TenantsMustExist) {
  bool exists = true;
  tenants_ = [&](std::string_view tenant) -> base::Result<bool> {
    EXPECT_EQ(tenant, forge::kTenant);
    return exists;
  };
  const auto verifier = make();
  const std::string header = bearer(own_->mint(application()));
  EXPECT_TRUE(verdict_on(*verifier, header));
  exists = false;
  EXPECT_TRUE(verdict_on(*verifier, header)) << "verified and remembered";
  verifier->forget_verified();
  const Verdict verdict = verdict_on(*verifier, header);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, base::ErrorCode::kNotAuthenticated);
}

TEST_F(VerifierTest, ATenantCheckThatFailsIsPassedOn) {
  tenants_ = [](std::string_view) -> base::Result<bool> {
    return base::fail(base::ErrorCode::kUnavailable, "store");
  };
  const auto verifier = make();
  const Verdict verdict = verdict_on(*verifier, bearer(own_->mint(application())));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, base::ErrorCode::kUnavailable);
}

TEST_F(VerifierTest, TokensOfARemovedApplicationEndAlthoughTheyAreRemembered) {
  bool exists = true;
  const auto verifier = *Verifier::create(
      settings_, own_, {}, clock_, {},
      [&](std::string_view tenant, std::string_view client) -> base::Result<bool> {
        EXPECT_EQ(tenant, forge::kTenant);
        EXPECT_EQ(client, "app");
        return exists;
      });
  const std::string header = bearer(own_->mint(application()));
  MintRequest by_command = application();
  by_command.application_id.clear();
  const std::string unnamed = bearer(own_->mint(by_command));
  EXPECT_TRUE(verdict_on(*verifier, header));
  exists = false;
  const Verdict verdict = verdict_on(*verifier, header);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, base::ErrorCode::kNotAuthenticated);
  EXPECT_TRUE(verdict_on(*verifier, unnamed)) << "names no application";
}

TEST_F(VerifierTest, AReplacedSigningKeyEndsItsTokens) {
  const auto verifier = make();
  const std::string old = bearer(own_->mint(application()));
  EXPECT_TRUE(verdict_on(*verifier, old));
  ASSERT_TRUE(own_->replace());
  EXPECT_FALSE(verdict_on(*verifier, old));
  EXPECT_TRUE(verdict_on(*verifier, bearer(own_->mint(application()))));
}

TEST_F(VerifierTest, RotationKeepsOldTokensAndTakesNewOnes) {
  const auto verifier = make();
  const std::string old = bearer(own_->mint(application()));
  ASSERT_TRUE(own_->rotate());
  EXPECT_TRUE(verdict_on(*verifier, old));
  EXPECT_TRUE(verdict_on(*verifier, bearer(own_->mint(application()))));
}

TEST_F(VerifierTest, RemovingAKeyEndsItsRememberedTokens) {
  const auto verifier = make();
  const std::string header = bearer(own_->mint(application()));
  EXPECT_TRUE(verdict_on(*verifier, header));
  ASSERT_TRUE(own_->rotate());
  ASSERT_TRUE(store_->remove((*store_->load_all())[0].kid));
  ASSERT_TRUE(own_->reload());
  EXPECT_FALSE(verdict_on(*verifier, header));
}

TEST_F(VerifierTest, AnotherNodesNewKeyIsLookedUpOncePerSecond) {
  const auto verifier = make();
  const auto node = *Issuer::create(settings_, store_, clock_);
  ASSERT_TRUE(node->rotate());
  const std::string header = bearer(node->mint(application()));
  EXPECT_FALSE(verdict_on(*verifier, header)) << "the ring was read this very second";
  EXPECT_EQ(verifier->counts().key_fetches, 0U);
  clock_.advance(seconds(1));
  const Verdict verdict = verdict_on(*verifier, header);
  EXPECT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ(verifier->counts().key_fetches, 1U);
}

TEST_F(VerifierTest, TheOwnRingIsReadAgainInTime) {
  const auto verifier = make();
  const std::string header = bearer(own_->mint(application()));
  const auto keys = *store_->load_all();
  EXPECT_TRUE(verdict_on(*verifier, header));
  ASSERT_TRUE((*Issuer::create(settings_, store_, clock_))->rotate());
  ASSERT_TRUE(store_->remove(keys[0].kid));  // another process revoked it
  clock_.advance(seconds(60));
  static_cast<void>(verdict_on(*verifier, header));
  wait_until([&] { return verifier->counts().key_fetches == 1 && !own_->find(keys[0].kid); });
  EXPECT_FALSE(verdict_on(*verifier, header));
}

TEST_F(VerifierTest, NothingTrustedIsAMistake) {
  const auto made = Verifier::create(settings_, nullptr, tenants_, clock_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::ErrorCode::kConfiguration);
  settings_.external_issuers = {{.name = "bad", .issuer = "http://issuer.example"}};
  EXPECT_FALSE(Verifier::create(settings_, own_, tenants_, clock_));
}

TEST_F(VerifierTest, ExternalTokensByDiscovery) {
  server_.serve_issuer(server_.url(), key_a().jwk("a") + ',' + key_b().jwk("b"));
  trust_server();
  own_ = nullptr;
  const auto verifier = make();
  for (const std::string& header :
       {external(key_a(), "RS256", "a"), external(key_a(), "PS256", "a"),
        external(key_b(), "ES256", "b")}) {
    const Verdict verdict = verdict_on(*verifier, header);
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_EQ((*verdict)->issuer, server_.url());
  }
  EXPECT_EQ(fetches(), 1);
}

// An access token as node's oidc-provider makes it: at+jwt, no nbf, client_id, scope.
TEST_F(VerifierTest, TakesRfc9068Tokens) {
  server_.serve_issuer(server_.url(), key_a().jwk("a", R"("use":"sig","alg":"RS256")"));
  trust_server();
  const auto verifier = make();
  const std::string header = R"({"alg":"RS256","typ":"at+jwt","kid":"a"})";
  const std::string claims = R"({"jti":"x","sub":"client","tid":")" + std::string(forge::kTenant) +
                             R"(","roles":["DeviceManagementApps.Read.All"],"iat":)" +
                             std::to_string(forge::kNow) + R"(,"exp":)" +
                             std::to_string(forge::kNow + 600) +
                             R"(,"scope":"api://muster/.default","client_id":"client","iss":")" +
                             server_.url() + R"(","aud":"api://muster"})";
  const Verdict verdict =
      verdict_on(*verifier, "Bearer " + forge::token(key_a(), "RS256", header, claims));
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ((*verdict)->application_id, "client");
  EXPECT_TRUE((*verdict)->permissions.contains(Permission::kAppsRead));
}

TEST_F(VerifierTest, AnUnknownKidIsLookedUpAtMostOncePerInterval) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  trust_server();
  const auto verifier = make();
  EXPECT_TRUE(verdict_on(*verifier, external(key_a(), "RS256", "a")));
  EXPECT_EQ(fetches(), 1);
  server_.serve_issuer(server_.url(), key_b().jwk("b"));
  for (int i = 0; i < 50; ++i) {
    const Verdict verdict =
        verdict_on(*verifier, external(key_b(), "ES256", "b" + std::to_string(i)));
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, base::ErrorCode::kNotAuthenticated);
  }
  EXPECT_EQ(fetches(), 1) << "the last fetch is too young";
  clock_.advance(seconds(30));
  EXPECT_TRUE(verdict_on(*verifier, external(key_b(), "ES256", "b")));
  EXPECT_EQ(fetches(), 2);
  EXPECT_FALSE(verdict_on(*verifier, external(key_a(), "RS256", "a")))
      << "the old key is gone, and with it the remembered token";
  EXPECT_EQ(fetches(), 2);
}

TEST_F(VerifierTest, OnlyPlausibleTokensCauseAFetch) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  trust_server();
  const auto verifier = make();
  EXPECT_TRUE(verdict_on(*verifier, external(key_a(), "RS256", "a")));
  clock_.advance(seconds(31));
  forge::Members claims = forge::good_claims();
  claims["iss"] = forge::quoted(server_.url());
  for (const auto& [name, value] : forge::Members{{"aud", "\"other\""},
                                                  {"exp", "1"},
                                                  {"tid", "\"x\""},
                                                  {"iss", "\"https://evil.example\""}}) {
    forge::Members bad = claims;
    bad[name] = value;
    EXPECT_FALSE(verdict_on(*verifier,
                            "Bearer " + forge::token(key_b(), forge::header("ES256", "new"), bad)));
  }
  EXPECT_EQ(fetches(), 1);
}

TEST_F(VerifierTest, AnIssuerThatIsDownAtStartIsForgiven) {
  trust_server();  // which answers 404
  const auto verifier = make();
  const std::string header = external(key_a(), "RS256", "a");
  for (int i = 0; i < 5; ++i) {
    const Verdict verdict = verdict_on(*verifier, header);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, base::ErrorCode::kUnavailable);
    EXPECT_EQ(verdict.error().retry_after, seconds(5));
  }
  EXPECT_EQ(server_.requests("/.well-known/openid-configuration"), 1);
  EXPECT_TRUE(verdict_on(*verifier, bearer(own_->mint(application())))) << "others work";
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  clock_.advance(seconds(5));
  EXPECT_TRUE(verdict_on(*verifier, header));
}

TEST_F(VerifierTest, StaleKeysOutliveAnIssuer) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  trust_server();
  const auto verifier = make();
  EXPECT_TRUE(verdict_on(*verifier, external(key_a(), "RS256", "a")));
  server_.set("/jwks", {500, ""});
  clock_.advance(seconds(3601));
  const std::string header = external(key_a(), "RS256", "a");
  EXPECT_TRUE(verdict_on(*verifier, header));
  wait_until([&] { return verifier->counts().failed_fetches == 1; });
  EXPECT_TRUE(verdict_on(*verifier, header));
  EXPECT_TRUE(verdict_on(*verifier, external(key_a(), "PS256", "a")));
}

TEST_F(VerifierTest, AFailedFetchIsToldWithItsReason) {
  trust_server();
  server_.set("/.well-known/openid-configuration", {200, "no JSON"});
  std::promise<std::string> told;
  bool first = true;
  const auto verifier = Verifier::create(
      settings_, own_, tenants_, clock_, [&](std::string_view issuer, const base::Error& why) {
        if (std::exchange(first, false)) told.set_value(std::string(issuer) + ": " + why.message);
      });
  ASSERT_TRUE(verifier);
  // The keys are fetched before any token asks for them.
  EXPECT_EQ(told.get_future().get(), "server: The discovery document is no JSON object.");
}

TEST_F(VerifierTest, TokensWaitTogetherForOneFetch) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  trust_server();
  std::vector<std::promise<Verdict>> answers(20);
  std::unique_ptr<Verifier> verifier;
  {
    const auto held = server_.hold();
    verifier = make();
    for (auto& answer : answers) {
      verifier->verify(external(key_a(), "RS256", "a"),
                       [&](Verdict verdict) { answer.set_value(std::move(verdict)); });
    }
    EXPECT_TRUE(verdict_on(*verifier, bearer(own_->mint(application()))))
        << "own tokens do not wait for other people's servers";
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get_future().get());
  EXPECT_EQ(fetches(), 1);
}

TEST_F(VerifierTest, WaitingIsBoundedAndEndsWithTheVerifier) {
  trust_server();
  std::atomic<int> refused{0};
  const auto held = server_.hold();
  auto verifier = make();
  for (int i = 0; i < 300; ++i) {
    verifier->verify(external(key_b(), "ES256", "b"), [&](Verdict verdict) {
      if (!verdict && verdict.error().code == base::ErrorCode::kUnavailable) ++refused;
    });
  }
  EXPECT_EQ(refused, 300 - 256);
  verifier.reset();
  EXPECT_EQ(refused, 300);
}

TEST_F(VerifierTest, ManyThreadsManyKeys) {
  server_.serve_issuer(server_.url(), key_a().jwk("a") + ',' + key_b().jwk("b"));
  trust_server();
  settings_.cached_tokens = 8;
  const auto verifier = make();
  std::vector<std::string> headers;
  for (int i = 0; i < 12; ++i) {
    headers.push_back(bearer(own_->mint(application())));
    headers.push_back(external(key_a(), i % 2 == 0 ? "RS256" : "PS256", "a", 3600 + i));
    headers.push_back(external(key_b(), "ES256", "b", 3600 + i));
  }
  std::atomic<int> bad{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 200; ++i) {
        const std::string& header = headers[(i * 7 + static_cast<std::size_t>(t)) % headers.size()];
        if (!verdict_on(*verifier, header)) ++bad;
        if (i % 50 == 0) verifier->forget_verified();
        if (verdict_on(*verifier, header + 'A')) ++bad;
      }
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 3; ++i) {
      if (!own_->rotate()) ++bad;
      clock_.advance(seconds(61));
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace muster::auth
