// What the claims of an access token must say, and the Principal they make (RFC 7519 §4.1, Entra's
// access token claims reference). Types are strict: a claim of the wrong type refuses the token.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/principal.h"
#include "base/result.h"
#include "base/timestamp.h"

namespace muster::auth {

// The tenant of personal Microsoft accounts.
inline constexpr std::string_view kPersonalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

struct ClaimRules {
  std::function<bool(std::string_view audience)> accepts_audience;
  std::string_view tenant;                // fixed tenant, or empty
  std::string_view tenant_claim = "tid";  // where the tenant stands
  std::chrono::seconds skew{0};
  base::Timestamp now;
};

// A principal with the times between which its token holds, in Unix seconds.
struct VerifiedToken {
  std::shared_ptr<const Principal> principal;
  std::int64_t not_before = 0;
  std::int64_t expires = 0;
  bool own = false;  // of Muster's own token service

  // Inclusive at nbf, exclusive at exp (RFC 7519 §4.1.4 "on or after").
  [[nodiscard]] bool holds_at(base::Timestamp now, std::chrono::seconds skew) const;
};

// Everything but `iss` and the signature. kPersonalAccount for the personal tenant, otherwise
// kNotAuthenticated naming the kind of fault. `scp` makes a delegated principal, whose `roles` are
// not counted: they are the user's, not granted to the application for the user.
[[nodiscard]] base::Result<VerifiedToken> check_claims(const boost::json::object& claims,
                                                       const ClaimRules& rules);

// The two 401 of a token whose form is right; `what` as in "Invalid audience".
[[nodiscard]] base::Error invalid_token(std::string_view what);
[[nodiscard]] base::Error not_in_its_time();

}  // namespace muster::auth
