// cast(): values of one type as another.
#include <array>
#include <cmath>

#include "base/encoding.h"
#include "odata/functions.h"
#include "odata/literal_text.h"

namespace muster::odata {
namespace {

struct TargetRow {
  std::string_view name;
  CastTarget target;
  ValueType value;
};

constexpr std::array kTargets = {
    TargetRow{"Edm.String", CastTarget::kString, ValueType::kString},
    TargetRow{"Edm.Boolean", CastTarget::kBoolean, ValueType::kBoolean},
    TargetRow{"Edm.Byte", CastTarget::kByte, ValueType::kInteger},
    TargetRow{"Edm.SByte", CastTarget::kSByte, ValueType::kInteger},
    TargetRow{"Edm.Int16", CastTarget::kInt16, ValueType::kInteger},
    TargetRow{"Edm.Int32", CastTarget::kInt32, ValueType::kInteger},
    TargetRow{"Edm.Int64", CastTarget::kInt64, ValueType::kInteger},
    TargetRow{"Edm.Single", CastTarget::kSingle, ValueType::kDouble},
    TargetRow{"Edm.Double", CastTarget::kDouble, ValueType::kDouble},
    TargetRow{"Edm.Decimal", CastTarget::kDecimal, ValueType::kDouble},
    TargetRow{"Edm.DateTimeOffset", CastTarget::kDateTimeOffset, ValueType::kDateTimeOffset},
    TargetRow{"Edm.Date", CastTarget::kDate, ValueType::kDate},
    TargetRow{"Edm.TimeOfDay", CastTarget::kTimeOfDay, ValueType::kTimeOfDay},
    TargetRow{"Edm.Duration", CastTarget::kDuration, ValueType::kDuration},
    TargetRow{"Edm.Guid", CastTarget::kGuid, ValueType::kGuid},
};

// Whether numbers can be made of it.
bool counts(ValueType type) {
  return type == ValueType::kString || type == ValueType::kInteger || type == ValueType::kDouble;
}

Literal within(std::int64_t number, std::int64_t least, std::int64_t most) {
  return number < least || number > most ? Literal() : Literal(number);
}

Literal to_integer(CastTarget target, const Datum& value) {
  std::optional<std::int64_t> number;
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    number = read_integer(*text);
  } else if (const auto* real = std::get_if<double>(&value)) {
    const double whole = std::trunc(*real);
    if (whole >= -9.2233720368547758e18 && whole < 9.2233720368547758e18) {
      number = static_cast<std::int64_t>(whole);
    }
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = *integer;
  }
  if (!number) return {};
  switch (target) {
    case CastTarget::kByte:
      return within(*number, 0, UINT8_MAX);
    case CastTarget::kSByte:
      return within(*number, INT8_MIN, INT8_MAX);
    case CastTarget::kInt16:
      return within(*number, INT16_MIN, INT16_MAX);
    case CastTarget::kInt32:
      return within(*number, INT32_MIN, INT32_MAX);
    default:
      return *number;
  }
}

Literal to_real(const Datum& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const auto number = read_double(*text);
    return number ? Literal(*number) : Literal();
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*integer);
  }
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return {};
}

std::string time_text(std::int64_t ticks) {
  std::string text = base::Timestamp::from_ticks(ticks).text();
  return text.substr(11, text.size() - 12);  // between `T` and `Z`
}

std::string duration_text(std::int64_t ticks) {
  const bool negative = ticks < 0;
  const auto all =
      negative ? 0 - static_cast<std::uint64_t>(ticks) : static_cast<std::uint64_t>(ticks);
  constexpr auto kSecond = static_cast<std::uint64_t>(kTicksPerSecond);
  std::string text = negative ? "-P" : "P";
  const std::uint64_t seconds = all / kSecond;
  if (seconds >= 86'400) text += std::to_string(seconds / 86'400) + "D";
  text += "T" + std::to_string(seconds / 3'600 % 24) + "H" + std::to_string(seconds / 60 % 60) +
          "M" + std::to_string(seconds % 60);
  if (const std::uint64_t rest = all % kSecond; rest != 0) {
    std::string digits = std::to_string(kSecond + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text + "S";
}

std::string enum_text(const edm::EnumType& type, std::int64_t number) {
  const edm::EnumMember* member = edm::find_member(type, number);
  return member == nullptr ? std::to_string(number) : std::string(member->name);
}

Literal to_text(const ResultType& from, const Datum& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return std::string(*flag ? "true" : "false");
  if (const auto* number = std::get_if<double>(&value)) return double_text(*number);
  if (const auto* date = std::get_if<base::Timestamp>(&value)) return date->text();
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return {};
  switch (from.value) {
    case ValueType::kEnum:
      return enum_text(*from.enumeration, *number);
    case ValueType::kDate:
      return base::Timestamp::from_ticks(*number).text().substr(0, 10);
    case ValueType::kTimeOfDay:
      return time_text(*number);
    case ValueType::kDuration:
      return duration_text(*number);
    default:
      return std::to_string(*number);
  }
}

Literal read_flag(std::string_view text) {
  if (base::equal_ignoring_case(text, "true")) return true;
  if (base::equal_ignoring_case(text, "false")) return false;
  return {};
}

template <typename Value>
Literal or_null(const std::optional<Value>& value) {
  return value ? Literal(*value) : Literal();
}

// Text as a value of the other types.
Literal read_text(CastTarget target, std::string_view text) {
  switch (target) {
    case CastTarget::kBoolean:
      return read_flag(text);
    case CastTarget::kDateTimeOffset:
      return or_null(base::Timestamp::parse(text));
    case CastTarget::kDate:
      return or_null(read_date(text));
    case CastTarget::kTimeOfDay:
      return or_null(read_time_of_day(text));
    case CastTarget::kDuration:
      return or_null(read_duration(text));
    default:
      break;
  }
  // The form of a GUID: 8-4-4-4-12 hex digits.
  if (text.size() != 36) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    if (dash ? text[i] != '-' : kHex.find(text[i]) == std::string_view::npos) return {};
  }
  return base::ascii_lower(text);
}

}  // namespace

std::optional<CastTarget> find_cast_target(std::string_view type) {
  for (const TargetRow& row : kTargets) {
    if (base::equal_ignoring_case(row.name, type)) return row.target;
  }
  return std::nullopt;
}

ValueType value_type(CastTarget target) {
  return kTargets[static_cast<std::size_t>(target)].value;
}

Literal cast_to(CastTarget target, const ResultType& from, const Datum& value) {
  switch (value_type(target)) {
    case ValueType::kString:
      return to_text(from, value);
    case ValueType::kInteger:
      return counts(from.value) ? to_integer(target, value) : Literal();
    case ValueType::kDouble:
      return counts(from.value) ? to_real(value) : Literal();
    default:
      break;
  }
  const auto* text = std::get_if<std::string_view>(&value);
  if (text != nullptr) return read_text(target, *text);
  if (from.value == ValueType::kBoolean && target == CastTarget::kBoolean) {
    return std::get<bool>(value);
  }
  if (const auto* date = std::get_if<base::Timestamp>(&value)) {
    if (target == CastTarget::kDateTimeOffset) return *date;
    const Op part = target == CastTarget::kDate ? Op::kDate : Op::kTime;
    if (target != CastTarget::kDate && target != CastTarget::kTimeOfDay) return {};
    return std::get<std::int64_t>(part_of_date(part, from.value, value));
  }
  const auto* ticks = std::get_if<std::int64_t>(&value);
  if (ticks == nullptr) return {};
  if (from.value == value_type(target)) return *ticks;
  const bool midnight = from.value == ValueType::kDate && target == CastTarget::kDateTimeOffset;
  return midnight ? Literal(base::Timestamp::from_ticks(*ticks)) : Literal();
}

}  // namespace muster::odata
