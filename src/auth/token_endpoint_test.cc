#include "auth/token_endpoint.h"

#include <algorithm>
#include <map>

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include "auth/client_secret.h"
#include "auth/jwt.h"
#include "auth/strict_json.h"
#include "auth/token_forge.h"

namespace muster::auth {
namespace {

using std::chrono::seconds;

constexpr const char* kBase = "https://localhost:8443";
constexpr const char* kClient = "3a6d0d9c-0000-4000-8000-000000000001";
constexpr const char* kUnknownClient = "3a6d0d9c-0000-4000-8000-00000000dead";
constexpr const char* kSecret = "s3cr%et+/with:signs";
constexpr const char* kEncodedSecret = "s3cr%25et%2B%2Fwith%3Asigns";

class Directory final : public ApplicationDirectory {
 public:
  base::Result<std::optional<Application>> find(std::string_view tenant,
                                                std::string_view client_id) override {
    if (down) return base::fail(base::ErrorCode::kUnavailable, "down");
    if (tenant != application.tenant || client_id != application.client_id) {
      return std::optional<Application>{};
    }
    return std::optional<Application>(application);
  }
  base::Result<bool> tenant_exists(std::string_view tenant) override {
    if (down) return base::fail(base::ErrorCode::kUnavailable, "down");
    return tenant == forge::kTenant;
  }

  Application application{.client_id = kClient,
                          .tenant = forge::kTenant,
                          .name = "Fleet tool",
                          .secret_hash = hash_client_secret(kSecret),
                          .roles = {"DeviceManagementConfiguration.ReadWrite.All"}};
  bool down = false;
};

class TokenEndpointTest : public ::testing::Test {
 protected:
  TokenReply post(const std::string& body, const std::string& authorization = {},
                  const std::string& tenant = forge::kTenant, const std::string& source = "::1") {
    TokenRequest request;
    request.tenant = tenant;
    request.body = body;
    request.authorization = authorization;
    request.base_url = kBase;
    request.source = source;
    request.trace_id = "trace-1";
    request.correlation_id = "correlation-1";
    return endpoint_.token(request);
  }

  static std::string form(const std::string& more = {}) {
    return std::string("grant_type=client_credentials&client_id=") + kClient +
           "&client_secret=" + kEncodedSecret + more;
  }

  static std::string basic(const std::string& id, const std::string& secret) {
    return "Basic " + base::base64(id + ':' + secret);
  }

  // The claim of the token in a reply.
  static std::string claim(const TokenReply& reply, const std::string& name) {
    const auto body = parse_object(reply.body);
    const std::string token(*string_member(*body, "access_token"));
    return std::string(string_member(parse_token(token)->claims, name).value_or("(none)"));
  }

  static void expect_refused(const TokenReply& reply, int status, const std::string& error,
                             int code) {
    EXPECT_EQ(reply.status, status) << reply.body;
    const auto body = parse_object(reply.body);
    ASSERT_TRUE(body);
    EXPECT_EQ(string_member(*body, "error"), error);
    EXPECT_EQ(body->at("error_codes").as_array().at(0).as_int64(), code);
    EXPECT_EQ(reply.error_code, code);
    const std::string description(*string_member(*body, "error_description"));
    EXPECT_TRUE(description.starts_with("AADSTS" + std::to_string(code) + ": ")) << description;
    EXPECT_TRUE(
        description.ends_with("\r\nTrace ID: trace-1\r\nCorrelation ID: correlation-1"
                              "\r\nTimestamp: 2026-01-01 00:00:00Z"))
        << description;
    EXPECT_EQ(string_member(*body, "timestamp"), "2026-01-01 00:00:00Z");
    EXPECT_EQ(string_member(*body, "trace_id"), "trace-1");
    EXPECT_EQ(string_member(*body, "correlation_id"), "correlation-1");
    EXPECT_EQ(reply.body.find("s3cr"), std::string::npos) << "the secret is never echoed";
    EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
    EXPECT_EQ(header(reply, "Pragma"), "no-cache");
  }

  static std::string header(const TokenReply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return {};
  }

  AuthSettings settings_{.audiences = {"api://muster"}};
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(forge::kNow)};
  std::shared_ptr<Issuer> issuer_ =
      *Issuer::create(settings_, std::make_shared<MemorySigningKeyStore>(), clock_);
  std::shared_ptr<Directory> directory_ = std::make_shared<Directory>();
  TokenEndpoint endpoint_{settings_, issuer_, directory_, clock_};
};

TEST_F(TokenEndpointTest, GrantsByForm) {
  const TokenReply reply = post(form("&scope=https%3A%2F%2Flocalhost%3A8443%2F.default"));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto body = parse_object(reply.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(string_member(*body, "token_type"), "Bearer");
  EXPECT_EQ(body->at("expires_in").as_int64(), 3599);
  EXPECT_EQ(body->at("ext_expires_in").as_int64(), 3599);
  EXPECT_EQ(body->size(), 4U) << "no refresh token for this grant";
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  EXPECT_EQ(claim(reply, "aud"), kBase);
  EXPECT_EQ(claim(reply, "tid"), forge::kTenant);
  EXPECT_EQ(claim(reply, "appid"), kClient);
  EXPECT_EQ(claim(reply, "iss"), std::string(kBase) + '/' + forge::kTenant + "/v2.0");
}

// What @azure/identity sends, telemetry and all; and what Kiota adds.
TEST_F(TokenEndpointTest, IgnoresWhatItDoesNotKnow) {
  EXPECT_EQ(post(form("&x-client-SKU=msal.js.node&x-client-VER=2&x-ms-lib-capability=retry-after%2C"
                      "%20h429&client-request-id=x&client_info=1&claims=%7B%22access_token%22%3A%7B"
                      "%22xms_cc%22%3A%7B%22values%22%3A%5B%22cp1%22%5D%7D%7D%7D&x=1&x=2"))
                .status,
            200);
}

TEST_F(TokenEndpointTest, GrantsByBasicRawAndEncoded) {
  const std::string body = "grant_type=client_credentials&scope=https://localhost:8443/.default";
  EXPECT_EQ(post(body, basic(kClient, kSecret)).status, 200);
  EXPECT_EQ(post(body, basic(kClient, kEncodedSecret)).status, 200);
  EXPECT_EQ(post(body, "basic " + basic(kClient, kSecret).substr(6)).status, 200);
  EXPECT_EQ(post(body + "&client_id=" + kClient, basic(kClient, kSecret)).status, 200);
}

TEST_F(TokenEndpointTest, IdentifiersComeInAnyCase) {
  std::string upper(kClient);
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  EXPECT_EQ(
      post("grant_type=client_credentials&client_id=" + upper + "&client_secret=" + kEncodedSecret)
          .status,
      200);
  directory_->application.tenant = "aaaaaaaa-2222-4333-8444-555555555555";
  expect_refused(post(form(), "", "AAAAAAAA-2222-4333-8444-555555555555"), 400, "invalid_tenant",
                 90002);
}

TEST_F(TokenEndpointTest, TheResourceMayBeNamedInManyWays) {
  const std::map<std::string, std::string> audiences = {
      {"", kBase},
      {"&scope=", kBase},
      {"&scope=https://localhost:8443/.default", kBase},
      {"&scope=https://localhost:8443/.default/", kBase},
      {"&scope=https://localhost:8443//.default", kBase},
      {"&scope=HTTPS://LOCALHOST:8443/.default", kBase},
      {"&scope=+https://localhost:8443/.default+", kBase},
      {"&scope=https://graph.microsoft.com/.default", "https://graph.microsoft.com"},
      {"&scope=https://graph.microsoft.com//.default", "https://graph.microsoft.com"},
      {"&scope=00000003-0000-0000-c000-000000000000/.default",
       "00000003-0000-0000-c000-000000000000"},
      {"&scope=api://muster/.default", "api://muster"},
      {"&resource=https://graph.microsoft.com", "https://graph.microsoft.com"},
  };
  for (const auto& [more, audience] : audiences) {
    const TokenReply reply = post(form(more));
    ASSERT_EQ(reply.status, 200) << more << reply.body;
    EXPECT_EQ(claim(reply, "aud"), audience) << more;
  }
}

TEST_F(TokenEndpointTest, OtherScopesAreRefused) {
  const std::string other[] = {"https://localhost:8443/User.Read", "openid", ".default",
                               "https://localhost:8443/.default openid",
                               "https://localhost:8443/.Default"};
  for (const std::string& scope : other) {
    expect_refused(post(form("&scope=" + scope)), 400, "invalid_scope", 1002012);
  }
  for (const char* resource :
       {"https://localhost", "https://evil.example", "api://muster2", "http://localhost:8443"}) {
    expect_refused(post(form("&scope=" + std::string(resource) + "/.default")), 400,
                   "invalid_scope", 70011);
  }
}

TEST_F(TokenEndpointTest, WrongSecretAndUnknownClientLookTheSame) {
  const std::string start = "grant_type=client_credentials&client_secret=wrong&client_id=";
  const TokenReply wrong = post(start + kClient);
  const TokenReply unknown = post(start + kUnknownClient);
  expect_refused(wrong, 401, "invalid_client", 7000215);
  expect_refused(unknown, 401, "invalid_client", 7000215);
  std::string same = wrong.body;
  same.replace(same.find(kClient), std::string(kClient).size(), kUnknownClient);
  EXPECT_EQ(same, unknown.body);
  EXPECT_EQ(header(wrong, "WWW-Authenticate"), "");
  EXPECT_EQ(wrong.client_id, kClient);
}

TEST_F(TokenEndpointTest, FailedBasicIsChallenged) {
  const TokenReply reply = post("grant_type=client_credentials", basic(kClient, "wrong"));
  expect_refused(reply, 401, "invalid_client", 7000215);
  EXPECT_EQ(header(reply, "WWW-Authenticate"), "Basic realm=\"muster\"");
  expect_refused(post("grant_type=client_credentials", "Basic !!!"), 401, "invalid_client",
                 7000216);
  expect_refused(post("grant_type=client_credentials", basic("", "")), 401, "invalid_client",
                 7000215);
}

TEST_F(TokenEndpointTest, TheSecretOfAnotherTenantIsWrong) {
  directory_->application.tenant = forge::kOtherTenant;
  expect_refused(post(form()), 401, "invalid_client", 7000215);
}

TEST_F(TokenEndpointTest, MalformedRequests) {
  expect_refused(post(""), 400, "invalid_request", 900144);
  expect_refused(post("{\"grant_type\":\"client_credentials\"}"), 400, "invalid_request", 900144);
  expect_refused(post("grant_type=%"), 400, "invalid_request", 900144);
  expect_refused(post("grant_type=client_credentials"), 400, "invalid_request", 900144);
  expect_refused(post("grant_type=client_credentials&client_secret=x"), 400, "invalid_request",
                 900144);
  expect_refused(post(form("&client_id=x")), 400, "invalid_request", 9000410);
  expect_refused(post(form(), basic(kClient, kSecret)), 400, "invalid_request", 7000212);
  expect_refused(post(std::string("grant_type=client_credentials&client_id=") + kClient), 401,
                 "invalid_client", 7000216);
  for (const char* type : {"password", "authorization_code", "refresh_token", "device_code",
                           "CLIENT_CREDENTIALS", "x'%0d%0a<script>"}) {
    expect_refused(post(std::string("client_id=a&grant_type=") + type), 400,
                   "unsupported_grant_type", 70003);
  }
}

TEST_F(TokenEndpointTest, UnknownTenants) {
  for (const char* tenant : {"common", "organizations", "", "../..", forge::kOtherTenant,
                             "9188040d-6c67-4c5b-b112-36a304b66dad"}) {
    expect_refused(post(form(), "", tenant), 400, "invalid_tenant", 90002);
  }
}

TEST_F(TokenEndpointTest, DisabledApplicationsNeedTheRightSecretToLearnIt) {
  directory_->application.enabled = false;
  expect_refused(post(form()), 400, "unauthorized_client", 7000112);
  expect_refused(
      post(std::string("grant_type=client_credentials&client_secret=x&client_id=") + kClient), 401,
      "invalid_client", 7000215);
}

TEST_F(TokenEndpointTest, AStoreThatIsDownIsNotTheClientsFault) {
  directory_->down = true;
  const TokenReply reply = post(form());
  expect_refused(reply, 503, "temporarily_unavailable", 90033);
  EXPECT_EQ(header(reply, "Retry-After"), "1");
}

TEST_F(TokenEndpointTest, FailuresAreSlowedPerSourceAndClient) {
  const std::string wrong =
      std::string("grant_type=client_credentials&client_secret=wrong&client_id=") + kClient;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(post(wrong).status, 401) << i;
  const TokenReply reply = post(form());
  expect_refused(reply, 429, "temporarily_unavailable", 50196);
  EXPECT_EQ(header(reply, "Retry-After"), "60");
  EXPECT_EQ(post(form(), "", forge::kTenant, "192.0.2.7").status, 200)
      << "a stranger must not lock the application out";
  clock_.advance(seconds(60));
  EXPECT_EQ(post(form()).status, 200);
}

TEST_F(TokenEndpointTest, ServesDiscoveryAndKeys) {
  TokenRequest request;
  request.tenant = forge::kTenant;
  request.base_url = kBase;
  request.trace_id = "trace-1";
  request.correlation_id = "correlation-1";
  const TokenReply discovery = endpoint_.discovery(request);
  EXPECT_EQ(discovery.status, 200);
  EXPECT_EQ(string_member(*parse_object(discovery.body), "issuer"),
            std::string(kBase) + '/' + forge::kTenant + "/v2.0");
  EXPECT_EQ(endpoint_.keys(request).body, issuer_->key_document());
  request.tenant = forge::kOtherTenant;
  expect_refused(endpoint_.discovery(request), 400, "invalid_tenant", 90002);
  expect_refused(endpoint_.keys(request), 400, "invalid_tenant", 90002);
}

}  // namespace
}  // namespace muster::auth
