#include "auth/issuer.h"

#include <gtest/gtest.h>

#include "auth/jwt.h"
#include "auth/key_set.h"
#include "auth/strict_json.h"
#include "auth/token_forge.h"

namespace muster::auth {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr const char* kBase = "https://localhost:8443";

class IssuerTest : public ::testing::Test {
 protected:
  std::shared_ptr<Issuer> make() { return *Issuer::create(settings_, store_, clock_); }

  static MintRequest application() {
    MintRequest request;
    request.tenant_id = forge::kTenant;
    request.base_url = kBase;
    request.application_id = "3a6d0d9c-0000-4000-8000-000000000001";
    request.application_name = "Fleet \"tool\"";
    request.permissions = {"DeviceManagementConfiguration.ReadWrite.All", "Other.Role"};
    return request;
  }

  // The claims of a token, after its signature was found good under the published keys.
  static boost::json::object claims_of(const Issuer& issuer, const MintRequest& request) {
    const auto minted = issuer.mint(request);
    EXPECT_TRUE(minted);
    const std::string text(minted->token.reveal());
    const auto parsed = parse_token(text);
    const auto set = KeySet::parse(issuer.key_document());
    const auto keys = set->candidates(*parsed->kid, Algorithm::kRs256);
    EXPECT_EQ(keys.size(), 1U);
    EXPECT_TRUE(keys.at(0)->verifies(Algorithm::kRs256, parsed->signing_input, parsed->signature));
    return parsed->claims;
  }

  std::string signing_kid(const Issuer& issuer) {
    const auto minted = issuer.mint(application());
    return *parse_token(std::string(minted->token.reveal()))->kid;
  }

  AuthSettings settings_;
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(forge::kNow)};
  std::shared_ptr<MemorySigningKeyStore> store_ = std::make_shared<MemorySigningKeyStore>();
};

TEST_F(IssuerTest, MintsApplicationTokens) {
  const auto issuer = make();
  const auto claims = claims_of(*issuer, application());
  EXPECT_EQ(string_member(claims, "iss"), std::string(kBase) + '/' + forge::kTenant + "/v2.0");
  EXPECT_EQ(string_member(claims, "aud"), kBase);
  EXPECT_EQ(string_member(claims, "tid"), forge::kTenant);
  EXPECT_EQ(string_member(claims, "appid"), "3a6d0d9c-0000-4000-8000-000000000001");
  EXPECT_EQ(string_member(claims, "azp"), "3a6d0d9c-0000-4000-8000-000000000001");
  EXPECT_EQ(string_member(claims, "app_displayname"), "Fleet \"tool\"");
  EXPECT_EQ(string_member(claims, "idtyp"), "app");
  EXPECT_EQ(string_member(claims, "ver"), "2.0");
  EXPECT_EQ(string_member(claims, "oid"), string_member(claims, "sub"));
  EXPECT_EQ(string_member(claims, "oid")->size(), 36U);
  EXPECT_EQ(claims.at("roles").as_array().size(), 2U);
  EXPECT_FALSE(claims.contains("scp"));
  EXPECT_EQ(claims.at("iat").as_int64(), forge::kNow);
  EXPECT_EQ(claims.at("nbf").as_int64(), forge::kNow);
  EXPECT_EQ(claims.at("exp").as_int64(), forge::kNow + 3599);
  const auto again = claims_of(*issuer, application());
  EXPECT_EQ(string_member(again, "oid"), string_member(claims, "oid"));
  EXPECT_NE(string_member(again, "uti"), string_member(claims, "uti"));
}

TEST_F(IssuerTest, MintsDelegatedTokens) {
  MintRequest request = application();
  request.delegated = true;
  request.user_principal_name = "ada@example.com";
  request.audience = "api://muster";
  request.life = seconds(60);
  const auto claims = claims_of(*make(), request);
  EXPECT_EQ(string_member(claims, "scp"), "DeviceManagementConfiguration.ReadWrite.All Other.Role");
  EXPECT_FALSE(claims.contains("roles"));
  EXPECT_EQ(string_member(claims, "preferred_username"), "ada@example.com");
  EXPECT_EQ(string_member(claims, "aud"), "api://muster");
  EXPECT_EQ(claims.at("exp").as_int64(), forge::kNow + 60);
}

TEST_F(IssuerTest, RefusesToMintNonsense) {
  const auto issuer = make();
  MintRequest request = application();
  request.tenant_id = "common";
  EXPECT_FALSE(issuer->mint(request));
  request = application();
  request.life = settings_.max_token_life + seconds(1);
  EXPECT_FALSE(issuer->mint(request));
  request.life = seconds(-1);
  EXPECT_FALSE(issuer->mint(request));
  request.life = settings_.max_token_life;
  EXPECT_TRUE(issuer->mint(request));
}

TEST_F(IssuerTest, KeepsItsKeyOverRestarts) {
  const std::string kid = signing_kid(*make());
  EXPECT_EQ(signing_kid(*make()), kid);
  EXPECT_EQ(store_->load_all()->size(), 1U);
}

TEST_F(IssuerTest, RotationSignsWithTheNewKeyAndAcceptsTheOld) {
  const auto issuer = make();
  const std::string old = signing_kid(*issuer);
  ASSERT_TRUE(issuer->rotate());
  const std::string fresh = signing_kid(*issuer);
  EXPECT_NE(fresh, old);
  EXPECT_NE(issuer->find(old), nullptr);
  EXPECT_NE(issuer->key_document().find(old), std::string::npos);

  clock_.advance(settings_.max_token_life + hours(1) - seconds(1));
  EXPECT_NE(issuer->find(old), nullptr) << "the longest token is just dead, the slack not over";
  clock_.advance(seconds(2));
  EXPECT_EQ(issuer->find(old), nullptr);
  EXPECT_EQ(issuer->key_document().find(old), std::string::npos);
  EXPECT_NE(issuer->find(fresh), nullptr);

  const auto before = issuer->generation();
  ASSERT_TRUE(issuer->prune());
  EXPECT_EQ(store_->load_all()->size(), 1U);
  EXPECT_GT(issuer->generation(), before);
}

TEST_F(IssuerTest, RotatesBeforeTheKeyRetires) {
  settings_.signing_key_life = hours(24 * 10);
  const auto issuer = make();
  const std::string first = signing_kid(*issuer);
  clock_.advance(hours(24 * 9) - seconds(1));
  ASSERT_TRUE(issuer->prune());
  EXPECT_EQ(signing_kid(*issuer), first);
  clock_.advance(seconds(2));
  ASSERT_TRUE(issuer->prune());
  EXPECT_NE(signing_kid(*issuer), first);
}

TEST_F(IssuerTest, ARetiredKeySignsNothing) {
  settings_.signing_key_life = hours(48);
  const auto issuer = make();
  clock_.advance(hours(49));
  const auto minted = issuer->mint(application());
  ASSERT_FALSE(minted);
  EXPECT_EQ(minted.error().code, base::ErrorCode::kUnavailable);
  EXPECT_TRUE(make()->mint(application())) << "a restart makes a new key";
}

TEST_F(IssuerTest, SeesTheKeysOfOtherNodesAfterReload) {
  const auto one = make();
  const auto other = make();
  ASSERT_TRUE(other->rotate());
  const std::string kid = signing_kid(*other);
  EXPECT_EQ(one->find(kid), nullptr);
  const auto before = one->generation();
  ASSERT_TRUE(one->reload());
  EXPECT_NE(one->find(kid), nullptr);
  EXPECT_EQ(signing_kid(*one), kid);
  EXPECT_EQ(one->generation(), before) << "nothing was lost";
  ASSERT_TRUE(store_->remove(kid));
  ASSERT_TRUE(one->reload());
  EXPECT_EQ(one->find(kid), nullptr);
  EXPECT_GT(one->generation(), before);
}

TEST_F(IssuerTest, RefusesARingThatIsNotWhatItSays) {
  const auto issuer = make();
  auto keys = *store_->load_all();
  keys[0].kid = "another";
  ASSERT_TRUE(store_->add(keys[0]));
  const auto reloaded = issuer->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().code, base::ErrorCode::kConfiguration);
  EXPECT_NE(issuer->find((*store_->load_all())[0].kid), nullptr) << "the ring at hand stays";
}

TEST_F(IssuerTest, KeyStoreKnowsEachKidOnce) {
  make();
  const auto keys = *store_->load_all();
  const auto again = store_->add(keys[0]);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(store_->remove("absent"));
}

TEST_F(IssuerTest, DiscoveryDocumentHasWhatMsalNeeds) {
  const auto document = parse_object(
      make()->discovery_document("AAAAAAAA-2222-4333-8444-555555555555", "https://h:1"));
  ASSERT_TRUE(document);
  const std::string root = "https://h:1/aaaaaaaa-2222-4333-8444-555555555555";
  EXPECT_EQ(string_member(*document, "issuer"), root + "/v2.0");
  EXPECT_EQ(string_member(*document, "authorization_endpoint"), root + "/oauth2/v2.0/authorize");
  EXPECT_EQ(string_member(*document, "token_endpoint"), root + "/oauth2/v2.0/token");
  EXPECT_EQ(string_member(*document, "jwks_uri"), root + "/discovery/v2.0/keys");
  for (const char* name : {"response_types_supported", "subject_types_supported",
                           "id_token_signing_alg_values_supported",
                           "token_endpoint_auth_methods_supported", "scopes_supported"}) {
    EXPECT_TRUE(document->contains(name)) << name;
  }
}

TEST_F(IssuerTest, PublishesNoPrivateNumbers) {
  const auto document = parse_object(make()->key_document());
  ASSERT_TRUE(document);
  const auto& key = document->at("keys").as_array().at(0).as_object();
  EXPECT_EQ(key.size(), 6U);
  EXPECT_EQ(string_member(key, "kty"), "RSA");
  EXPECT_EQ(string_member(key, "use"), "sig");
  EXPECT_EQ(string_member(key, "alg"), "RS256");
  EXPECT_EQ(string_member(key, "e"), "AQAB");
  EXPECT_TRUE(key.contains("n") && key.contains("kid"));
}

}  // namespace
}  // namespace muster::auth
