// The literals of ABNF section 7, each as a function that takes one from a Reader or leaves the
// cursor where it was. The Reader's mode tells URL from payload: in a URL `+` is %2B.
#pragma once

#include <optional>
#include <string>

#include "odata/syntax/ast.h"
#include "odata/syntax/reader.h"

namespace muster::odata::syntax {

bool take_guid(Reader& in);
bool take_date(Reader& in);
bool take_time_of_day(Reader& in);
bool take_date_time_offset(Reader& in);
bool take_duration(Reader& in);      // without quotes
bool take_binary(Reader& in);        // without quotes: base64url, canonical
bool take_enum_members(Reader& in);  // without quotes; members are any identifiers
bool take_integer(Reader& in, std::size_t most_digits);
// kInteger, kDecimal or kDouble. NaN and INF compare with case.
std::optional<Kind> take_number(Reader& in);

// What follows `geography'`: `SRID=…;` and one shape, up to the closing quote. Shapes nest to
// kMaxDepth.
bool take_geo(Reader& in);
// Well-known text of one shape, or of the kind named ("Point", "Polygon", …; empty: any).
bool take_shape(Reader& in, std::string_view which, std::size_t depth);
bool take_shape_data(Reader& in, std::string_view which);  // without the name
bool take_srid(Reader& in);
bool take_position(Reader& in);

// `'…'`, with two quotes for one. The content, or nullopt if the text ends first or holds a
// character that must be escaped there.
std::optional<std::string> take_string(Reader& in);
// `"…"`, with the escapes of JSON undone.
std::optional<std::string> take_json_string(Reader& in);

}  // namespace muster::odata::syntax
