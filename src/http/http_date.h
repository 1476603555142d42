// The dates of header fields.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace muster::http {

// Seconds since 1970 of an IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. nullopt
// for anything else: other forms, other zones, days that are not of the calendar or of the week.
[[nodiscard]] std::optional<std::int64_t> parse_imf_fixdate(std::string_view text);

// The same the other way round.
[[nodiscard]] std::string imf_fixdate(std::time_t time);

}  // namespace muster::http
