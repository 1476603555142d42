#include "auth/claims.h"

#include <gtest/gtest.h>

#include "auth/strict_json.h"
#include "auth/token_forge.h"

namespace muster::auth {
namespace {

using forge::kNow;
using forge::Members;

ClaimRules rules(std::int64_t now = kNow) {
  return {[](std::string_view audience) { return audience == forge::kAudience; },
          {},
          "tid",
          std::chrono::seconds(60),
          base::Timestamp::from_unix_seconds(now)};
}

base::Result<VerifiedToken> check(const Members& claims, const ClaimRules& by = rules()) {
  return check_claims(*parse_object(forge::text(claims)), by);
}

base::Result<VerifiedToken> with(const std::string& name, const std::string& value) {
  Members claims = forge::good_claims();
  claims[name] = value;
  return check(claims);
}

base::Result<VerifiedToken> without(const std::string& name) {
  Members claims = forge::good_claims();
  claims.erase(name);
  return check(claims);
}

TEST(Claims, MakeAnApplication) {
  const auto token = check(forge::good_claims());
  ASSERT_TRUE(token);
  const Principal& principal = *token->principal;
  EXPECT_EQ(principal.tenant_id, forge::kTenant);
  EXPECT_TRUE(principal.application);
  EXPECT_EQ(principal.application_id, "application");
  EXPECT_EQ(principal.object_id, "subject");
  EXPECT_EQ(principal.permissions, PermissionSet(Permission::kConfigurationRead));
  EXPECT_EQ(principal.expires.unix_seconds(), kNow + 3600);
  EXPECT_EQ(principal.issuer, forge::kIssuer);
}

TEST(Claims, MakeAUser) {
  Members claims = forge::good_claims();
  claims["scp"] = R"("openid DeviceManagementConfiguration.ReadWrite.All")";
  claims["roles"] = R"(["DeviceManagementApps.Read.All"])";
  claims["oid"] = R"("user")";
  claims["preferred_username"] = R"("ada@example.com")";
  const auto token = check(claims);
  ASSERT_TRUE(token);
  const Principal& principal = *token->principal;
  EXPECT_FALSE(principal.application);
  EXPECT_EQ(principal.object_id, "user");
  EXPECT_EQ(principal.user_principal_name, "ada@example.com");
  EXPECT_EQ(principal.permissions, PermissionSet(Permission::kConfigurationReadWrite))
      << "the user's own roles are not granted to the application";
  EXPECT_EQ(principal.permission_names,
            (std::vector<std::string>{"openid", "DeviceManagementConfiguration.ReadWrite.All"}));
}

TEST(Claims, WithoutPermissionsNothingIsGranted) {
  const auto token = without("roles");
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->principal->permissions.empty());
  EXPECT_TRUE(with("roles", "[]")->principal->permissions.empty());
  EXPECT_TRUE(with("scp", R"("")")->principal->permissions.empty());
}

TEST(Claims, AudienceMayBeOneOfSeveral) {
  EXPECT_TRUE(with("aud", R"(["other","api://muster"])"));
  for (const char* bad : {R"("other")", R"("")", R"([])", R"(["other"])", R"(["api://muster",1])",
                          R"([["api://muster"]])", "null", "1", "{}", R"("api://muster ")",
                          R"("API://MUSTER")", R"("api://muster\u0000")"}) {
    const auto token = with("aud", bad);
    ASSERT_FALSE(token) << bad;
    EXPECT_EQ(token.error().message, "Access token validation failure. Invalid audience.");
  }
  EXPECT_FALSE(without("aud"));
}

TEST(Claims, TimesAreWholeSeconds) {
  for (const char* name : {"exp", "nbf", "iat"}) {
    for (const char* bad : {R"("1767229200")", "1767229200.5", "1.7672292e9", "-1", "null", "true",
                            "[]", "{}", "99999999999999", "18446744073709551615", "1e400",
                            "9223372036854775808", "253402300800", "-9223372036854775808"}) {
      Members claims = forge::good_claims();
      claims[name] = bad;
      const auto object = parse_object(forge::text(claims));
      if (!object) continue;  // no JSON number at all
      EXPECT_FALSE(check_claims(*object, rules())) << name << ' ' << bad;
    }
  }
  EXPECT_FALSE(without("exp"));
  EXPECT_TRUE(without("nbf"));
  EXPECT_TRUE(without("iat"));
  EXPECT_FALSE(with("exp", "0"));
}

TEST(Claims, HoldFromNotBeforeUntilExpiryWithSkew) {
  const auto at = [](std::int64_t now) { return check(forge::good_claims(), rules(now)).ok(); };
  EXPECT_FALSE(at(kNow - 61));
  EXPECT_TRUE(at(kNow - 60));
  EXPECT_TRUE(at(kNow + 3600 + 59));
  EXPECT_FALSE(at(kNow + 3600 + 60));
  const auto expired = check(forge::good_claims(), rules(kNow + 4000));
  EXPECT_EQ(expired.error().message, "Access token has expired or is not yet valid.");
}

TEST(Claims, TenantIsAGuid) {
  for (const char* bad :
       {"null", "1", R"("")", R"("common")", R"(["11111111-2222-4333-8444-555555555555"])",
        R"("11111111-2222-4333-8444-55555555555")", R"("11111111-2222-4333-8444-555555555555 ")",
        R"("../x")"}) {
    EXPECT_FALSE(with("tid", bad)) << bad;
  }
  EXPECT_FALSE(without("tid"));
  EXPECT_EQ(with("tid", R"("AAAAAAAA-2222-4333-8444-555555555555")")->principal->tenant_id,
            "aaaaaaaa-2222-4333-8444-555555555555");
}

TEST(Claims, PersonalAccountsAreForbidden) {
  for (const char* tenant :
       {R"("9188040d-6c67-4c5b-b112-36a304b66dad")", R"("9188040D-6C67-4C5B-B112-36A304B66DAD")"}) {
    const auto token = with("tid", tenant);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, base::ErrorCode::kPersonalAccount);
    EXPECT_EQ(token.error().status(), 403);
  }
}

TEST(Claims, AFixedTenantIsNotContradicted) {
  ClaimRules fixed = rules();
  fixed.tenant = "11111111-2222-4333-8444-555555555555";
  fixed.tenant_claim = "org";
  Members claims = forge::good_claims();
  claims.erase("tid");
  EXPECT_EQ(check(claims, fixed)->principal->tenant_id, forge::kTenant);
  claims["org"] = forge::quoted(forge::kTenant);
  EXPECT_TRUE(check(claims, fixed));
  claims["org"] = forge::quoted(forge::kOtherTenant);
  EXPECT_FALSE(check(claims, fixed));
  claims["org"] = R"("")";
  EXPECT_FALSE(check(claims, fixed));
  fixed.tenant = {};
  claims["org"] = forge::quoted(forge::kOtherTenant);
  EXPECT_EQ(check(claims, fixed)->principal->tenant_id, forge::kOtherTenant);
}

TEST(Claims, TypesAreStrict) {
  EXPECT_FALSE(with("scp", R"(["DeviceManagementConfiguration.Read.All"])"));
  EXPECT_FALSE(with("scp", "null"));
  EXPECT_FALSE(with("roles", R"("DeviceManagementConfiguration.Read.All")"));
  EXPECT_FALSE(with("roles", R"(["DeviceManagementConfiguration.Read.All",1])"));
  EXPECT_FALSE(with("roles", "null"));
  EXPECT_FALSE(with("roles", "{}"));
  for (const char* name : {"appid", "azp", "client_id", "app_displayname", "oid", "sub", "upn",
                           "preferred_username", "iss"}) {
    EXPECT_FALSE(with(name, "1")) << name;
    EXPECT_FALSE(with(name, "[]")) << name;
  }
}

}  // namespace
}  // namespace muster::auth
