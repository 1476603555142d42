#include "odata/literal_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/encoding.h"

namespace muster::odata {
namespace {

template <typename Number>
std::optional<Number> read_whole(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// `amount` units of `ticks` each, added to `sum`; false when that leaves 64 bits.
bool add_units(std::int64_t& sum, std::int64_t amount, std::int64_t ticks) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(amount, ticks, &product) &&
         !__builtin_add_overflow(sum, product, &sum);
}

// Digits after the point as ticks; those beyond the seventh do not count.
std::int64_t fraction_ticks(std::string_view digits) {
  std::int64_t ticks = 0;
  std::int64_t unit = kTicksPerSecond;
  for (const char digit : digits) {
    unit /= 10;
    ticks += unit * (digit - '0');
  }
  return ticks;
}

std::string_view take_digits(std::string_view& rest) {
  const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const std::string_view digits = rest.substr(0, size);
  rest.remove_prefix(size);
  return digits;
}

}  // namespace

std::optional<std::int64_t> read_integer(std::string_view text) {
  return read_whole<std::int64_t>(text);
}

std::optional<double> read_double(std::string_view text) {
  if (text == "INF") return std::numeric_limits<double>::infinity();
  if (text == "-INF") return -std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  // from_chars knows other names for these, which OData does not.
  if (text.find_first_not_of("+-.0123456789eE") != std::string_view::npos) return std::nullopt;
  if (auto number = read_whole<double>(text)) return number;
  // More digits or a larger exponent than a double has: read as the nearest, or not a number.
  if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  char* end = nullptr;
  const std::string copy(text);
  const double number = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> read_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto date = base::Timestamp::parse(std::string(text) + "T00:00:00Z");
  if (!date) return std::nullopt;
  return date->ticks();
}

std::optional<std::int64_t> read_time_of_day(std::string_view text) {
  const auto time = base::Timestamp::parse("0001-01-01T" + std::string(text) + "Z");
  if (!time) return std::nullopt;
  return time->ticks();
}

std::optional<std::int64_t> read_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!text.starts_with('P') && !text.starts_with('p')) return std::nullopt;
  text.remove_prefix(1);
  struct Unit {
    char name;
    std::int64_t ticks;
  };
  static constexpr std::array kUnits = {Unit{'d', kTicksPerDay}, Unit{'h', 3'600 * kTicksPerSecond},
                                        Unit{'m', 60 * kTicksPerSecond},
                                        Unit{'s', kTicksPerSecond}};
  std::int64_t sum = 0;
  std::size_t next_unit = 0;
  bool in_time = false;
  bool any = false;
  while (!text.empty()) {
    if (!in_time && (text.front() == 'T' || text.front() == 't')) {
      in_time = true;
      next_unit = 1;
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    const auto amount = read_integer(take_digits(text));
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = take_digits(text);
      if (fraction.empty()) return std::nullopt;
    }
    if (!amount || text.empty()) return std::nullopt;
    const char name = base::ascii_lower(text.substr(0, 1)).front();
    text.remove_prefix(1);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size() || (next_unit > 0) != in_time) return std::nullopt;
    if (!fraction.empty() && name != 's') return std::nullopt;
    if (!add_units(sum, *amount, kUnits[next_unit++].ticks)) return std::nullopt;
    if (!add_units(sum, fraction_ticks(fraction), 1)) return std::nullopt;
    any = true;
  }
  if (!any) return std::nullopt;
  return negative ? -sum : sum;
}

std::string double_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-INF" : "INF";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

}  // namespace muster::odata
