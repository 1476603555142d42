// Canonical functions and arithmetic on values that are not null (OData 4.01 URL Conventions
// §5.1.1.2 and §§5.1.1.5–5.1.1.9). For evaluate.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "odata/evaluate.h"

namespace muster::odata {

[[nodiscard]] inline bool is_null(const Datum& value) {
  return std::holds_alternative<std::monostate>(value);
}

// int64 and double in any mix, exactly; unordered when one is not a number.
[[nodiscard]] std::partial_ordering compare_numbers(const Datum& a, const Datum& b);

// kAdd to kMod, for the type of result that binding found. Null for a division by zero and for
// dates out of range.
[[nodiscard]] Datum arithmetic(Op op, ValueType result, const Datum& a, const Datum& b);
[[nodiscard]] Datum negate(const Datum& value);
[[nodiscard]] Datum rounded(Op op, const Datum& value);
// kYear to kTime, of a date with or without time, a time or a duration. Dates with an offset have
// the parts that they were written with.
[[nodiscard]] Datum part_of_date(Op op, ValueType type, const Datum& value);

// In code points.
[[nodiscard]] std::int64_t characters(std::string_view text);
[[nodiscard]] std::int64_t index_of(std::string_view text, std::string_view part, bool exact);
// A negative start counts from the end.
[[nodiscard]] std::string_view substring(std::string_view text, std::int64_t start,
                                         std::optional<std::int64_t> length);
// Linear in the sum of both, and without an allocation for a short part.
[[nodiscard]] bool contains_text(std::string_view text, std::string_view part, bool exact);
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::string ascii_upper(std::string_view text);

enum class CastTarget : std::uint8_t {
  kString,
  kBoolean,
  kByte,
  kSByte,
  kInt16,
  kInt32,
  kInt64,
  kSingle,
  kDouble,
  kDecimal,
  kDateTimeOffset,
  kDate,
  kTimeOfDay,
  kDuration,
  kGuid,
};
// nullopt for types that cannot be cast to; without ASCII case, as in `Edm.Int32`.
[[nodiscard]] std::optional<CastTarget> find_cast_target(std::string_view type);
[[nodiscard]] ValueType value_type(CastTarget target);
// Null when the value has no counterpart (§5.1.1.10.1).
[[nodiscard]] Literal cast_to(CastTarget target, const ResultType& from, const Datum& value);

}  // namespace muster::odata
