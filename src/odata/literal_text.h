// Texts of literals as values, for binding and for cast() (OData ABNF section 7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace muster::odata {

inline constexpr std::int64_t kTicksPerSecond = 10'000'000;
inline constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;

// The whole text or nothing. Signs as the ABNF has them (`+1` too).
[[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view text);
[[nodiscard]] std::optional<double> read_double(std::string_view text);  // INF, -INF and NaN too
// Ticks of 100 ns since 0001-01-01.
[[nodiscard]] std::optional<std::int64_t> read_date(std::string_view text);
// Ticks since midnight.
[[nodiscard]] std::optional<std::int64_t> read_time_of_day(std::string_view text);
// Ticks; nullopt also when it leaves 64 bits.
[[nodiscard]] std::optional<std::int64_t> read_duration(std::string_view text);

// The shortest text that reads back as the same number.
[[nodiscard]] std::string double_text(double number);

}  // namespace muster::odata
