#include "auth/external_issuer.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "auth/strict_json.h"
#include "auth/token_forge.h"
#include "base/random.h"

namespace muster::auth {
namespace {

using forge::Key;
using std::chrono::seconds;

const Key& key_a() {
  static const Key key = Key::rsa();
  return key;
}
const Key& key_b() {
  static const Key key = Key::ec();
  return key;
}

base::Timestamp at(std::int64_t offset) {
  return base::Timestamp::from_unix_seconds(forge::kNow + offset);
}

class ExternalIssuerTest : public ::testing::Test {
 protected:
  ExternalIssuer settings() const {
    return {.name = "test", .issuer = server_.url(), .audiences = {forge::kAudience}};
  }
  static boost::json::object claims(const std::string& issuer,
                                    const std::string& tenant = forge::kTenant) {
    return *parse_object(R"({"iss":")" + issuer + R"(","tid":")" + tenant + "\"}");
  }

  forge::WebServer server_;
  AuthSettings common_;
  std::atomic<bool> stop_{false};
  KeyFetcher fetcher_{{std::chrono::milliseconds(5000), 512U * 1024U}, stop_};
};

TEST_F(ExternalIssuerTest, SettingsAreChecked) {
  const auto refused = [&](auto change) {
    ExternalIssuer one = settings();
    change(one);
    const auto made = TrustedIssuer::create(one, common_);
    return !made && made.error().code == base::ErrorCode::kConfiguration;
  };
  EXPECT_FALSE(refused([](ExternalIssuer&) {}));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.issuer.clear(); }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.issuer = "http://issuer.example"; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.discovery_url = "http://issuer.example"; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.audiences.clear(); }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.tenant = "common"; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.tenant_claim.clear(); }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.algorithms = {}; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.algorithms = {"HS256"}; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.algorithms = {"none"}; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) { one.jwks_file = "/nonexistent/keys.json"; }));
  EXPECT_TRUE(refused([](ExternalIssuer& one) {
    one.jwks_file = "x";
    one.discovery_url = "https://issuer.example";
  }));
}

TEST_F(ExternalIssuerTest, KnowsItsTokensByTheExactName) {
  const auto issuer = *TrustedIssuer::create(settings(), common_);
  EXPECT_TRUE(issuer->issued(claims(server_.url())));
  EXPECT_FALSE(issuer->issued(claims(server_.url() + "/")));
  EXPECT_FALSE(issuer->issued(claims("")));
  EXPECT_FALSE(issuer->issued(*parse_object("{}")));
  EXPECT_FALSE(issuer->issued(*parse_object(R"({"iss":1})")));
}

TEST_F(ExternalIssuerTest, TheTenantMayBePartOfTheName) {
  ExternalIssuer one = settings();
  one.issuer = "https://login.example/{tenantid}/v2.0";
  const auto issuer = *TrustedIssuer::create(one, common_);
  const std::string name = std::string("https://login.example/") + forge::kTenant + "/v2.0";
  EXPECT_TRUE(issuer->issued(claims(name)));
  EXPECT_FALSE(issuer->issued(claims(name, forge::kOtherTenant)));
  EXPECT_FALSE(issuer->issued(claims("https://login.example/{tenantid}/v2.0", "{tenantid}")));
  EXPECT_FALSE(issuer->issued(claims("https://login.example//v2.0", "")));
}

TEST_F(ExternalIssuerTest, FetchesByDiscovery) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  const auto issuer = *TrustedIssuer::create(settings(), common_);
  EXPECT_EQ(issuer->keys(), nullptr);
  EXPECT_TRUE(issuer->may_refresh(at(0)));
  EXPECT_LE(issuer->due(), at(0));
  const auto refreshed = issuer->refresh(fetcher_, at(0));
  ASSERT_TRUE(refreshed) << refreshed.error().message;
  EXPECT_FALSE(refreshed->lost_keys);
  ASSERT_NE(issuer->keys(), nullptr);
  EXPECT_EQ(issuer->keys()->candidates("a", Algorithm::kRs256).size(), 1U);
  EXPECT_FALSE(issuer->may_refresh(at(29)));
  EXPECT_TRUE(issuer->may_refresh(at(30)));
  EXPECT_EQ(issuer->due(), at(3600));
}

TEST_F(ExternalIssuerTest, AFailedRefreshKeepsTheKeysAndIsTriedSooner) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  const auto issuer = *TrustedIssuer::create(settings(), common_);
  ASSERT_TRUE(issuer->refresh(fetcher_, at(0)));
  for (const forge::WebServer::Page& page :
       {forge::WebServer::Page{500, "{}"}, forge::WebServer::Page{200, "<html>"},
        forge::WebServer::Page{200, R"({"keys":[]})"},
        forge::WebServer::Page{200, R"({"keys":[)" + key_a().jwk("a") + "]"}}) {
    server_.set("/jwks", page);
    EXPECT_FALSE(issuer->refresh(fetcher_, at(100))) << page.body;
    EXPECT_EQ(issuer->keys()->size(), 1U);
    EXPECT_EQ(issuer->due(), at(105));
    EXPECT_FALSE(issuer->may_refresh(at(104)));
    EXPECT_TRUE(issuer->may_refresh(at(105)));
  }
}

TEST_F(ExternalIssuerTest, TellsWhenKeysAreLost) {
  server_.serve_issuer(server_.url(), key_a().jwk("a"));
  const auto issuer = *TrustedIssuer::create(settings(), common_);
  ASSERT_TRUE(issuer->refresh(fetcher_, at(0)));
  server_.serve_issuer(server_.url(), key_a().jwk("a") + ',' + key_b().jwk("b"));
  EXPECT_FALSE(issuer->refresh(fetcher_, at(1))->lost_keys);
  server_.serve_issuer(server_.url(), key_b().jwk("b"));
  EXPECT_TRUE(issuer->refresh(fetcher_, at(2))->lost_keys);
  // The same kid with another key is a loss as well.
  server_.serve_issuer(server_.url(), Key::ec().jwk("b"));
  EXPECT_TRUE(issuer->refresh(fetcher_, at(3))->lost_keys);
}

TEST_F(ExternalIssuerTest, DiscoveryMustNameTheConfiguredIssuer) {
  const auto issuer = *TrustedIssuer::create(settings(), common_);
  server_.serve_issuer("https://evil.example", key_a().jwk("a"));
  EXPECT_FALSE(issuer->refresh(fetcher_, at(0)));
  server_.serve_issuer(server_.url() + "/", key_a().jwk("a"));
  EXPECT_FALSE(issuer->refresh(fetcher_, at(0)));
  EXPECT_EQ(server_.requests("/jwks"), 0);
  const std::string path = "/.well-known/openid-configuration";
  server_.set(path, {200, R"({"issuer":")" + server_.url() + R"("})"});
  EXPECT_FALSE(issuer->refresh(fetcher_, at(0)));
  server_.set(path,
              {200, R"({"issuer":")" + server_.url() + R"(","jwks_uri":"http://192.0.2.1/jwks"})"});
  EXPECT_FALSE(issuer->refresh(fetcher_, at(0))) << "plain http to a stranger";
  server_.set(path,
              {200, R"({"issuer":")" + server_.url() + R"(","jwks_uri":"file:///etc/passwd"})"});
  EXPECT_FALSE(issuer->refresh(fetcher_, at(0)));
  EXPECT_EQ(issuer->keys(), nullptr);
}

TEST_F(ExternalIssuerTest, ReadsAFileAtOnceAndAgain) {
  const auto path = std::filesystem::temp_directory_path() / (base::random_uuid() + ".json");
  const auto write = [&](const std::string& keys) {
    std::ofstream(path) << R"({"keys":[)" << keys << "]}";
  };
  ExternalIssuer one = settings();
  one.jwks_file = path.string();
  write("");
  EXPECT_FALSE(TrustedIssuer::create(one, common_));
  write(key_a().jwk("a"));
  const auto issuer = *TrustedIssuer::create(one, common_);
  ASSERT_NE(issuer->keys(), nullptr);
  write(key_b().jwk("b"));
  ASSERT_TRUE(issuer->refresh(fetcher_, at(0)));
  EXPECT_EQ(issuer->keys()->candidates("b", Algorithm::kEs256).size(), 1U);
  std::filesystem::remove(path);
  EXPECT_FALSE(issuer->refresh(fetcher_, at(1)));
  EXPECT_NE(issuer->keys(), nullptr);
}

}  // namespace
}  // namespace muster::auth
