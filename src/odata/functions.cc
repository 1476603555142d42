#include "odata/functions.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/encoding.h"
#include "odata/literal_text.h"

namespace muster::odata {
namespace {

constexpr std::int64_t kTicksPerMinute = 60 * kTicksPerSecond;
constexpr std::int64_t kEndOfTime = 3'652'059 * kTicksPerDay;  // 10000-01-01
constexpr std::int64_t kDaysTo1970 = 719'162;

bool is_trailing_octet(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

long double wide(const Datum& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<long double>(*integer) : std::get<double>(value);
}

double real(const Datum& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
}

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Offset of a date in ticks: part of Timestamp::form().
std::int64_t offset_minutes(const base::Timestamp& date) {
  return (date.form() & 0x7FF) - 1024;
}

Datum in_range(std::int64_t ticks) {
  return ticks < 0 || ticks >= kEndOfTime ? Datum() : Datum(ticks);
}

Datum moved(const base::Timestamp& date, std::int64_t by, bool back) {
  std::int64_t ticks = 0;
  const bool overflow = back ? __builtin_sub_overflow(date.ticks(), by, &ticks)
                             : __builtin_add_overflow(date.ticks(), by, &ticks);
  if (overflow || ticks < 0 || ticks >= kEndOfTime) return {};
  return base::Timestamp::from_parts(ticks, date.form());
}

Datum integer_arithmetic(Op op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (op) {
    case Op::kAdd:
      if (!__builtin_add_overflow(a, b, &result)) return result;
      return static_cast<double>(a) + static_cast<double>(b);
    case Op::kSub:
      if (!__builtin_sub_overflow(a, b, &result)) return result;
      return static_cast<double>(a) - static_cast<double>(b);
    case Op::kMul:
      if (!__builtin_mul_overflow(a, b, &result)) return result;
      return static_cast<double>(a) * static_cast<double>(b);
    default:
      break;
  }
  if (b == 0) return {};
  const bool mod = op == Op::kMod;
  if (b == -1) return mod ? Datum(std::int64_t{0}) : negate(a);  // INT64_MIN has no opposite
  return mod ? a % b : a / b;
}

Datum real_arithmetic(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd:
      return a + b;
    case Op::kSub:
      return a - b;
    case Op::kMul:
      return a * b;
    case Op::kMod:
      return b == 0 ? Datum() : Datum(std::fmod(a, b));
    default:
      return b == 0 ? Datum() : Datum(a / b);
  }
}

// A duration times or by a number.
Datum scaled(Op op, std::int64_t ticks, double factor) {
  if (op != Op::kMul && factor == 0) return {};
  const double result =
      op == Op::kMul ? static_cast<double>(ticks) * factor : static_cast<double>(ticks) / factor;
  if (!(std::fabs(result) < 9.2e18)) return {};
  return static_cast<std::int64_t>(result);
}

Datum duration_arithmetic(Op op, const Datum& a, const Datum& b) {
  if (op == Op::kAdd || op == Op::kSub) {
    if (const auto* date = std::get_if<base::Timestamp>(&a)) {
      return date->ticks() - std::get<base::Timestamp>(b).ticks();
    }
    const Datum sum = integer_arithmetic(op, std::get<std::int64_t>(a), std::get<std::int64_t>(b));
    return std::holds_alternative<std::int64_t>(sum) ? sum : Datum();
  }
  return scaled(op, std::get<std::int64_t>(a), real(b));
}

struct Parts {
  std::int64_t days = 0;   // since 0001-01-01
  std::int64_t ticks = 0;  // since midnight
};

Parts parts_of(ValueType type, const Datum& value) {
  if (const auto* date = std::get_if<base::Timestamp>(&value)) {
    // What was written, which may lie outside of the range of instants by its offset.
    const std::int64_t local = date->ticks() + offset_minutes(*date) * kTicksPerMinute;
    const std::int64_t days = local >= 0 ? local / kTicksPerDay : -1;
    return {days, local - days * kTicksPerDay};
  }
  const std::int64_t ticks = std::get<std::int64_t>(value);
  if (type == ValueType::kTimeOfDay) return {0, ticks};
  return {ticks / kTicksPerDay, 0};
}

std::int64_t calendar_part(Op op, std::int64_t days) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(days - kDaysTo1970))};
  if (op == Op::kYear) return static_cast<int>(date.year());
  if (op == Op::kMonth) return static_cast<unsigned>(date.month());
  return static_cast<unsigned>(date.day());
}

template <typename Predicate>
std::size_t octets_of(std::string_view text, Predicate enough) {
  std::size_t at = 0;
  for (std::int64_t count = 0; at < text.size() && !enough(count); ++count) {
    ++at;
    while (at < text.size() && is_trailing_octet(text[at])) ++at;
  }
  return at;
}

// Where the code point of that number begins; the end if there are fewer.
std::size_t offset_of(std::string_view text, std::int64_t number) {
  return octets_of(text, [number](std::int64_t count) { return count >= number; });
}

}  // namespace

std::partial_ordering compare_numbers(const Datum& a, const Datum& b) {
  const auto* left = std::get_if<std::int64_t>(&a);
  const auto* right = std::get_if<std::int64_t>(&b);
  if (left != nullptr && right != nullptr) return *left <=> *right;
  return wide(a) <=> wide(b);  // a long double holds every int64 exactly
}

Datum negate(const Datum& value) {
  if (const auto* number = std::get_if<double>(&value)) return -*number;
  const std::int64_t integer = std::get<std::int64_t>(value);
  std::int64_t result = 0;
  if (!__builtin_sub_overflow(std::int64_t{0}, integer, &result)) return result;
  return -static_cast<double>(integer);
}

Datum arithmetic(Op op, ValueType result, const Datum& a, const Datum& b) {
  switch (result) {
    case ValueType::kDateTimeOffset:
      return moved(std::get<base::Timestamp>(a), std::get<std::int64_t>(b), op == Op::kSub);
    case ValueType::kDate: {
      const std::int64_t days =
          std::get<std::int64_t>(b) / kTicksPerDay * (op == Op::kSub ? -1 : 1);
      return in_range(std::get<std::int64_t>(a) + days * kTicksPerDay);
    }
    case ValueType::kDuration:
      return duration_arithmetic(op, a, b);
    default:
      break;
  }
  const auto* left = std::get_if<std::int64_t>(&a);
  const auto* right = std::get_if<std::int64_t>(&b);
  const bool integers = left != nullptr && right != nullptr && op != Op::kDivBy;
  return integers ? integer_arithmetic(op, *left, *right) : real_arithmetic(op, real(a), real(b));
}

Datum rounded(Op op, const Datum& value) {
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) return value;
  if (op == Op::kFloor) return std::floor(*number);
  return op == Op::kCeiling ? std::ceil(*number) : std::round(*number);
}

Datum part_of_date(Op op, ValueType type, const Datum& value) {
  if (op == Op::kTotalSeconds) {
    return static_cast<double>(std::get<std::int64_t>(value)) / kTicksPerSecond;
  }
  if (op == Op::kTotalOffsetMinutes) return offset_minutes(std::get<base::Timestamp>(value));
  const Parts parts = parts_of(type, value);
  switch (op) {
    case Op::kHour:
      return parts.ticks / (60 * kTicksPerMinute);
    case Op::kMinute:
      return parts.ticks / kTicksPerMinute % 60;
    case Op::kSecond:
      return parts.ticks / kTicksPerSecond % 60;
    case Op::kFractionalSeconds:
      return static_cast<double>(parts.ticks % kTicksPerSecond) / kTicksPerSecond;
    case Op::kTime:
      return parts.ticks;
    case Op::kDate:
      return parts.days * kTicksPerDay;
    default:
      return calendar_part(op, parts.days);
  }
}

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !is_trailing_octet(c); });
}

std::int64_t index_of(std::string_view text, std::string_view part, bool exact) {
  const std::string folded_text = exact ? std::string(text) : base::ascii_lower(text);
  const std::string folded_part = exact ? std::string(part) : base::ascii_lower(part);
  if (folded_part.empty()) return 0;
  const void* found =
      memmem(folded_text.data(), folded_text.size(), folded_part.data(), folded_part.size());
  if (found == nullptr) return -1;
  return characters(text.substr(
      0, static_cast<std::size_t>(static_cast<const char*>(found) - folded_text.data())));
}

bool contains_text(std::string_view text, std::string_view part, bool exact) {
  if (part.size() > text.size()) return false;
  if (exact) return text.find(part) != std::string_view::npos;
  // Without a copy of either, which is what a filter of many terms would spend its time on; a
  // longer part might be tried at every place in vain.
  constexpr std::size_t kTriedInPlace = 32;
  if (part.size() > kTriedInPlace) return index_of(text, part, exact) >= 0;
  if (part.empty()) return true;
  const char first = ascii_lower(part.front());
  const std::size_t places = text.size() - part.size() + 1;
  for (std::size_t at = 0; at < places; ++at) {
    if (ascii_lower(text[at]) != first) continue;
    if (std::is_eq(compare_text(text.substr(at, part.size()), part, false))) return true;
  }
  return false;
}

std::string_view substring(std::string_view text, std::int64_t start,
                           std::optional<std::int64_t> length) {
  if (start < 0) start = std::max<std::int64_t>(0, start + characters(text));
  text.remove_prefix(offset_of(text, start));
  if (!length) return text;
  return text.substr(0, *length <= 0 ? 0 : offset_of(text, *length));
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string ascii_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return upper;
}

}  // namespace muster::odata
