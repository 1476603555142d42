// Rules of ABNF section 7 in payloads, and of section 8. Nothing is percent-decoded.
#include <array>

#include "odata/syntax/grammar/rules.h"
#include "odata/syntax/literal.h"

namespace muster::odata::syntax::grammar {
namespace {

using enum Reader::Mode;

bool take_boolean_value(Judge& j) {
  return j.in.take_text("true") || j.in.take_text("false");
}

bool take_decimal(Judge& j) {
  return take_number(j.in).has_value();
}

template <std::size_t digits>
bool take_whole(Judge& j) {
  return take_integer(j.in, digits);
}

bool take_enum_value(Judge& j) {
  return j.enum_members();
}

bool take_string_value(Judge& j) {
  if (!j.in.take('\'')) return false;
  while (!j.in.done()) {
    if (j.in.take('\'')) {
      if (!j.in.take('\'')) return true;
    } else {
      j.in.skip();
    }
  }
  return false;
}

// Any value of a primitive type that is the whole text.
bool take_primitive_value(Judge& j) {
  constexpr std::array<bool (*)(Judge&), 10> kForms = {
      [](Judge& i) { return i.in.take_word("true") || i.in.take_word("false"); },
      [](Judge& i) { return take_guid(i.in); },
      [](Judge& i) { return take_duration(i.in); },
      [](Judge& i) { return take_date_time_offset(i.in); },
      [](Judge& i) { return take_date(i.in); },
      [](Judge& i) { return take_time_of_day(i.in); },
      take_enum_value,
      [](Judge& i) { return take_geo(i.in); },
      take_decimal,
      [](Judge& i) { return take_binary(i.in); },
  };
  for (const auto form : kForms) {
    j.in.seek(0);
    if (form(j) && j.in.done()) return true;
  }
  return false;
}

bool take_request_id(Judge& j) {
  const std::size_t begin = j.in.at();
  while (j.in.peek() != Reader::kEnd && is_unreserved(j.in.peek())) j.in.skip();
  return j.in.at() > begin;
}

bool take_header(Judge& j) {
  return j.header();
}
bool take_preference(Judge& j) {
  return j.preference();
}

constexpr std::array kRules = {
    Rule{"primitiveValue", take_primitive_value, kPayload},
    Rule{"booleanValue", take_boolean_value, kPayload},
    Rule{"guidValue", [](Judge& j) { return take_guid(j.in); }, kPayload},
    Rule{"dateValue", [](Judge& j) { return take_date(j.in); }, kPayload},
    Rule{"dateTimeOffsetValue", [](Judge& j) { return take_date_time_offset(j.in); }, kPayload},
    Rule{"timeOfDayValue", [](Judge& j) { return take_time_of_day(j.in); }, kPayload},
    Rule{"durationValue", [](Judge& j) { return take_duration(j.in); }, kPayload},
    Rule{"binaryValue", [](Judge& j) { return take_binary(j.in); }, kPayload},
    Rule{"decimalValue", take_decimal, kPayload},
    Rule{"doubleValue", take_decimal, kPayload},
    Rule{"singleValue", take_decimal, kPayload},
    Rule{"byteValue",
         [](Judge& j) {
           const std::size_t digits = j.in.take_digits();
           return digits >= 1 && digits <= 3;
         },
         kPayload},
    Rule{"sbyteValue", take_whole<3>, kPayload},
    Rule{"int16Value", take_whole<5>, kPayload},
    Rule{"int32Value", take_whole<10>, kPayload},
    Rule{"int64Value", take_whole<19>, kPayload},
    Rule{"enumValue", take_enum_value, kPayload},
    Rule{"stringValue", take_string_value, kPayload},
    Rule{"header", take_header, kPayload},
    Rule{"asyncresult", take_header, kPayload},
    Rule{"content-id", take_header, kPayload},
    Rule{"isolation", take_header, kPayload},
    Rule{"odata-entityid", take_header, kPayload},
    Rule{"odata-error", take_header, kPayload},
    Rule{"odata-maxversion", take_header, kPayload},
    Rule{"odata-version", take_header, kPayload},
    Rule{"prefer", take_header, kPayload},
    Rule{"preference", take_preference, kPayload},
    Rule{"allowEntityReferencesPreference", take_preference, kPayload},
    Rule{"callbackPreference", take_preference, kPayload},
    Rule{"continueOnErrorPreference", take_preference, kPayload},
    Rule{"includeAnnotationsPreference", take_preference, kPayload},
    Rule{"maxpagesizePreference", take_preference, kPayload},
    Rule{"omitValuesPreference", take_preference, kPayload},
    Rule{"respondAsyncPreference", take_preference, kPayload},
    Rule{"returnPreference", take_preference, kPayload},
    Rule{"trackChangesPreference", take_preference, kPayload},
    Rule{"waitPreference", take_preference, kPayload},
    Rule{"request-id", take_request_id, kPayload},
};

}  // namespace

std::span<const Rule> value_rules() {
  return kRules;
}

}  // namespace muster::odata::syntax::grammar
