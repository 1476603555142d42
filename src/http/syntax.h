// The character classes and small grammars of RFC 9110, 9112 and 3986 that several parts share.
#pragma once

#include <string_view>

namespace muster::http {

// token (RFC 9110 §5.6.2), not empty.
[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool is_token_octet(char octet);

// Octets that may stand in a field value: visible ASCII, obs-text, blank, tab (RFC 9110 §5.5). May
// be empty.
[[nodiscard]] bool is_field_value(std::string_view text);

// Blanks and tabs at both ends cut off (OWS, RFC 9110 §5.6.3).
[[nodiscard]] std::string_view trim_blanks(std::string_view text);

// Takes the first item of a list off the front of `rest`, with the separator behind it, and gives
// it without blanks around it. Quotes have no meaning here.
[[nodiscard]] std::string_view take_item(std::string_view& rest, char separator);

// absolute-path [ "?" query ] of RFC 3986: the path strictly, with whole percent escapes; the query
// also with the octets that browsers leave as they are (WHATWG URL: [ ] { } | \ ^ `) and with any
// `%`, which the reader of the query answers for. Never blanks, controls, `"<>#` or octets beyond
// ASCII.
[[nodiscard]] bool is_origin_form(std::string_view target);

// uri-host [ ":" port ] (RFC 9110 §7.2) of a Host field: a name of letters, digits, `-._~`, an IPv4
// address, or an IPv6 address in brackets; the port empty or 0 to 65535. Narrower than RFC 3986: no
// percent escapes and sub-delims, which no name on the network has and which proxies read
// differently.
[[nodiscard]] bool is_authority(std::string_view text);

}  // namespace muster::http
