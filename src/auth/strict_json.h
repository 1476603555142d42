// JSON objects from strangers, read strictly: RFC 8259 without extensions, well-formed UTF-8, at
// most 32 levels, and no member name twice (RFC 7515 §4 for headers, RFC 7519 §4 for claims: two
// readers of one token must not see two meanings).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace muster::auth {

// The object that `text` is, all of it; nullopt for anything else. Numbers with a fraction or an
// exponent become doubles, others int64 or uint64.
[[nodiscard]] std::optional<boost::json::object> parse_object(std::string_view text);

// The member if it is there and a string.
[[nodiscard]] std::optional<std::string_view> string_member(const boost::json::object& object,
                                                            std::string_view name);

// Base64url as JOSE wants it (RFC 7515 §2): no padding, no other alphabet, unused bits zero.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace muster::auth
