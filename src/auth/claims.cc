#include "auth/claims.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>

#include "auth/audience.h"
#include "auth/strict_json.h"
#include "base/encoding.h"

namespace muster::auth {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLatest = 253'402'300'799;  // the last second of the year 9999

// An absent text claim is empty; one of another type refuses the token.
base::Result<std::string> text_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr) return std::string{};
  if (!value->is_string()) return invalid_token("claims");
  return std::string(value->get_string());
}

base::Result<std::string> first_text_claim(const json::object& claims,
                                           std::initializer_list<std::string_view> names) {
  std::string first;
  for (const std::string_view name : names) {
    std::string text = MUSTER_TRY(text_claim(claims, name));
    if (first.empty()) first = std::move(text);
  }
  return first;
}

// NumericDate as every issuer writes it: whole seconds.
base::Result<std::optional<std::int64_t>> time_claim(const json::object& claims,
                                                     std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr) return std::optional<std::int64_t>{};
  const std::int64_t* seconds = value->if_int64();
  if (seconds == nullptr || *seconds < 0 || *seconds > kLatest) return invalid_token("lifetime");
  return std::optional<std::int64_t>(*seconds);
}

base::Status check_audience(const json::object& claims, const ClaimRules& rules) {
  const json::value* audience = claims.if_contains("aud");
  if (audience == nullptr) return invalid_token("audience");
  if (audience->is_string()) {
    if (rules.accepts_audience(std::string_view(audience->get_string()))) return base::done();
    return invalid_token("audience");
  }
  const json::array* list = audience->if_array();
  if (list == nullptr) return invalid_token("audience");
  const bool all_text = std::all_of(list->begin(), list->end(),
                                    [](const json::value& one) { return one.is_string(); });
  const bool one_ours = all_text && std::any_of(list->begin(), list->end(), [&](const auto& one) {
                          return rules.accepts_audience(std::string_view(one.get_string()));
                        });
  if (!one_ours) return invalid_token("audience");
  return base::done();
}

base::Result<std::string> tenant_of(const json::object& claims, const ClaimRules& rules) {
  const std::string claimed = base::ascii_lower(MUSTER_TRY(text_claim(claims, rules.tenant_claim)));
  if (claims.contains(rules.tenant_claim) && !is_guid(claimed)) return invalid_token("tenant");
  if (claimed == kPersonalTenant) {
    return fail(base::ErrorCode::kPersonalAccount,
                "Personal Microsoft accounts are not supported.");
  }
  if (rules.tenant.empty()) {
    if (claimed.empty()) return invalid_token("tenant");
    return claimed;
  }
  // A fixed tenant needs no claim, but a claim of another one contradicts it.
  std::string fixed = base::ascii_lower(rules.tenant);
  if (!claimed.empty() && claimed != fixed) return invalid_token("tenant");
  return fixed;
}

base::Status read_permissions(const json::object& claims, Principal& principal) {
  const std::string scp = MUSTER_TRY(text_claim(claims, "scp"));
  principal.application = !claims.contains("scp");
  std::vector<std::string> roles;
  if (const json::value* value = claims.if_contains("roles")) {
    const json::array* list = value->if_array();
    if (list == nullptr) return invalid_token("claims");
    for (const json::value& role : *list) {
      if (!role.is_string()) return invalid_token("claims");
      roles.emplace_back(role.get_string());
    }
  }
  principal.permission_names = principal.application ? std::move(roles) : split_scope(scp);
  principal.permissions = permissions_of(principal.permission_names);
  return base::done();
}

base::Status read_names(const json::object& claims, Principal& principal) {
  principal.application_id = MUSTER_TRY(first_text_claim(claims, {"appid", "azp", "client_id"}));
  principal.application_name = MUSTER_TRY(text_claim(claims, "app_displayname"));
  principal.object_id = MUSTER_TRY(first_text_claim(claims, {"oid", "sub"}));
  principal.user_principal_name =
      MUSTER_TRY(first_text_claim(claims, {"upn", "preferred_username"}));
  principal.issuer = MUSTER_TRY(text_claim(claims, "iss"));
  return base::done();
}

}  // namespace

base::Error invalid_token(std::string_view what) {
  return fail(base::ErrorCode::kNotAuthenticated,
              "Access token validation failure. Invalid " + std::string(what) + '.');
}

base::Error not_in_its_time() {
  return fail(base::ErrorCode::kNotAuthenticated, "Access token has expired or is not yet valid.");
}

bool VerifiedToken::holds_at(base::Timestamp now, std::chrono::seconds skew) const {
  const std::int64_t seconds = now.unix_seconds();
  return seconds < expires + skew.count() && seconds + skew.count() >= not_before;
}

base::Result<VerifiedToken> check_claims(const json::object& claims, const ClaimRules& rules) {
  const auto expires = MUSTER_TRY(time_claim(claims, "exp"));
  if (!expires) return invalid_token("lifetime");
  const auto not_before = MUSTER_TRY(time_claim(claims, "nbf"));
  MUSTER_TRY(time_claim(claims, "iat"));
  VerifiedToken token{nullptr, not_before.value_or(0), *expires};
  if (!token.holds_at(rules.now, rules.skew)) return not_in_its_time();
  MUSTER_TRY(check_audience(claims, rules));

  auto principal = std::make_shared<Principal>();
  principal->tenant_id = MUSTER_TRY(tenant_of(claims, rules));
  principal->expires = base::Timestamp::from_unix_seconds(*expires);
  MUSTER_TRY(read_permissions(claims, *principal));
  MUSTER_TRY(read_names(claims, *principal));
  token.principal = std::move(principal);
  return token;
}

}  // namespace muster::auth
