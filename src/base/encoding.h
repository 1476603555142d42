// Octets as text and back: base64 (RFC 4648 §4 and §5), base32 (§6), hex (§8). Strings hold octets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::base {

[[nodiscard]] std::string base64(std::string_view octets);  // standard alphabet, padded
void append_base64(std::string& out, std::string_view octets);
[[nodiscard]] std::string base64url(std::string_view octets);  // URL-safe alphabet, no padding
[[nodiscard]] std::string base32(std::string_view octets);     // upper case, no padding
[[nodiscard]] std::string hex(std::string_view octets);        // lower case

// Either alphabet, but not both in one text; padding optional, but right if present; unused bits
// zero. nullopt for anything else.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
// Two digits an octet, either case, optionally with a colon between octets.
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view text);

// application/x-www-form-urlencoded and URI percent-decoding; `plus_is_blank` for query and form.
// nullopt when a `%` is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);
// Everything but RFC 3986's unreserved characters is encoded.
[[nodiscard]] std::string percent_encode(std::string_view text);

// Well-formed UTF-8 without surrogates and overlong forms (RFC 3629 §4).
[[nodiscard]] bool is_utf8(std::string_view text);

// ASCII case folding; other octets as they are.
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace muster::base
