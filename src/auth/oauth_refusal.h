// Refusals of the token service in Entra's form: an OAuth error (RFC 6749 §5.2) with a number of
// the AADSTS list, which is what MSAL shows to its users.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace muster::auth {

// One row per kind of refusal that the endpoints give.
struct OAuthError {
  int status;
  std::string_view error;
  int code;  // the number after AADSTS
};

inline constexpr OAuthError kMissingParameter{400, "invalid_request", 900144};
inline constexpr OAuthError kRepeatedParameter{400, "invalid_request", 9000410};
inline constexpr OAuthError kTwoAuthentications{400, "invalid_request", 7000212};
inline constexpr OAuthError kUnsupportedGrant{400, "unsupported_grant_type", 70003};
inline constexpr OAuthError kScopeNotDefault{400, "invalid_scope", 1002012};
inline constexpr OAuthError kUnknownResource{400, "invalid_scope", 70011};
inline constexpr OAuthError kDisabledApplication{400, "unauthorized_client", 7000112};
inline constexpr OAuthError kUnknownTenant{400, "invalid_tenant", 90002};
inline constexpr OAuthError kNoSecret{401, "invalid_client", 7000216};
inline constexpr OAuthError kWrongSecret{401, "invalid_client", 7000215};
inline constexpr OAuthError kTooManyFailures{429, "temporarily_unavailable", 50196};
inline constexpr OAuthError kTransient{503, "temporarily_unavailable", 90033};

struct OAuthRefusal {
  OAuthError kind;
  std::string description;  // one sentence or two; never a secret
  std::string client_id = {};
  bool challenge = false;  // HTTP Basic was tried, so `WWW-Authenticate` is owed (RFC 6749 §5.2)
  std::chrono::seconds retry_after{0};
};

// The body: `error`, `error_description`, `error_codes`, `timestamp`, `trace_id`, `correlation_id`.
[[nodiscard]] std::string render(const OAuthRefusal& refusal, base::Timestamp now,
                                 std::string_view trace_id, std::string_view correlation_id);

// A value of the client as it may stand in a message: short, printable, without quotes.
[[nodiscard]] std::string shown(std::string_view value);

}  // namespace muster::auth
