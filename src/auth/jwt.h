// JSON Web Tokens in compact form (RFC 7515 §7.1, RFC 7519): taking them apart strictly, and
// putting own ones together. Checking the signature is PublicKey's part, what the claims must say
// claims.h's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/key.h"
#include "base/result.h"

namespace muster::auth {

inline constexpr std::size_t kLongestToken = 16UL * 1024UL;

// Parsed, nothing verified yet.
struct ParsedToken {
  std::string_view signing_input;  // into the token's text
  Algorithm algorithm{};
  std::optional<std::string> kid;
  std::string signature;
  boost::json::object claims;
};

// kNotAuthenticated unless the token has exactly three parts of strict base64url within 16 KiB, a
// header and claims that are JSON objects without duplicate members, and an `alg` out of RS256,
// PS256 and ES256. `typ` may be absent, "JWT" or "at+jwt" (RFC 9068 §2.1), in any case, also with
// "application/" in front. Refused for being there: `crit`, as no extension is understood (RFC 7515
// §4.1.11); `b64` (RFC 7797); and `jwk`, `jku`, `x5u`, `x5c`, so that a token cannot bring or point
// to its own key. Other members, such as `x5t`, are ignored.
[[nodiscard]] base::Result<ParsedToken> parse_token(std::string_view token);

// A signed RS256 token whose header is typ JWT, alg and the key's kid.
[[nodiscard]] base::Result<std::string> sign_token(const PrivateKey& key,
                                                   const boost::json::object& claims);

}  // namespace muster::auth
