// Rules of ABNF section 7 in URLs.
#include <array>

#include "odata/syntax/grammar/rules.h"
#include "odata/syntax/literal.h"

namespace muster::odata::syntax::grammar {
namespace {

bool take_boolean(Judge& j) {
  return j.in.take_word("true") || j.in.take_word("false");
}

bool take_null(Judge& j) {
  return j.in.take_text("null");
}

bool take_decimal(Judge& j) {
  return take_number(j.in).has_value();
}

template <std::size_t digits>
bool take_whole(Judge& j) {
  return take_integer(j.in, digits);
}

bool take_byte(Judge& j) {
  const std::size_t digits = j.in.take_digits();
  return digits >= 1 && digits <= 3;
}

bool take_quoted_string(Judge& j) {
  return take_string(j.in).has_value();
}

bool take_duration_literal(Judge& j) {
  j.in.take_word("duration");
  return j.in.take('\'') && take_duration(j.in) && j.in.take('\'');
}

bool take_binary_literal(Judge& j) {
  return j.in.take_word("binary") && j.in.take('\'') && take_binary(j.in) && j.in.take('\'');
}

bool take_enum(Judge& j) {
  const std::size_t begin = j.in.at();
  if (j.in.take_qualified_name() > 0 &&
      !j.names.is_qualified("enumerationTypeName", j.in.since(begin))) {
    return false;
  }
  if (!j.in.take('\'')) return false;
  return j.enum_members() && j.in.take('\'');
}

// `geography'SRID=…;Shape'`
template <bool geography>
bool take_geo_literal(Judge& j, std::string_view shape) {
  return j.in.take_word(geography ? "geography" : "geometry") && j.in.take('\'') &&
         take_srid(j.in) && take_shape(j.in, shape, 0) && j.in.take('\'');
}

bool take_full_shape(Judge& j, std::string_view shape) {
  return take_srid(j.in) && take_shape(j.in, shape, 0);
}

#define GEO(name, shape)                                                                        \
  Rule{"geography" name, [](Judge& j) { return take_geo_literal<true>(j, shape); }},            \
      Rule{"geometry" name, [](Judge& j) { return take_geo_literal<false>(j, shape); }}, Rule { \
    "full" name "Literal", [](Judge& j) { return take_full_shape(j, shape); }                   \
  }

constexpr std::array kRules = {
    Rule{"primitiveLiteral", [](Judge& j) { return j.parser.literal() != kNoNode; }},
    Rule{"null", take_null},
    Rule{"nullValue", take_null},
    Rule{"boolean", take_boolean},
    Rule{"guid", [](Judge& j) { return take_guid(j.in); }},
    Rule{"date", [](Judge& j) { return take_date(j.in); }},
    Rule{"dateTimeOffsetLiteral", [](Judge& j) { return take_date_time_offset(j.in); }},
    Rule{"dateTimeOffsetValueInUrl", [](Judge& j) { return take_date_time_offset(j.in); }},
    Rule{"timeOfDayLiteral", [](Judge& j) { return take_time_of_day(j.in); }},
    Rule{"timeOfDayValueInUrl", [](Judge& j) { return take_time_of_day(j.in); }},
    Rule{"decimalLiteral", take_decimal},
    Rule{"doubleLiteral", take_decimal},
    Rule{"singleLiteral", take_decimal},
    Rule{"nanInfinity",
         [](Judge& j) {
           return j.in.take_text("NaN") || j.in.take_text("-INF") || j.in.take_text("INF");
         }},
    Rule{"byte", take_byte},
    Rule{"sbyteLiteral", take_whole<3>},
    Rule{"int16Literal", take_whole<5>},
    Rule{"int32Literal", take_whole<10>},
    Rule{"int64Literal", take_whole<19>},
    Rule{"stringLiteral", take_quoted_string},
    Rule{"durationLiteral", take_duration_literal},
    Rule{"binaryLiteral", take_binary_literal},
    Rule{"enumLiteral", take_enum},
    Rule{"keyPropertyValue",
         [](Judge& j) {
           const NodeIndex node = j.parser.literal();
           if (node == kNoNode) return false;
           NodeList one;
           j.parser.tree.append(one, node);
           const std::size_t length = j.parser.tree[node].length;
           const NodeIndex key = j.parser.tree.add(Kind::kKeys, 0, length + 2, one);
           return is_key(j.parser.tree.tree(), key);
         }},
    GEO("Collection", "GeometryCollection"),
    GEO("LineString", "LineString"),
    GEO("MultiLineString", "MultiLineString"),
    GEO("MultiPoint", "MultiPoint"),
    GEO("MultiPolygon", "MultiPolygon"),
    GEO("Point", "Point"),
    GEO("Polygon", "Polygon"),
    Rule{"collectionLiteral", [](Judge& j) { return take_shape(j.in, "GeometryCollection", 0); }},
    Rule{"lineStringLiteral", [](Judge& j) { return take_shape(j.in, "LineString", 0); }},
    Rule{"multiLineStringLiteral", [](Judge& j) { return take_shape(j.in, "MultiLineString", 0); }},
    Rule{"multiPointLiteral", [](Judge& j) { return take_shape(j.in, "MultiPoint", 0); }},
    Rule{"multiPolygonLiteral", [](Judge& j) { return take_shape(j.in, "MultiPolygon", 0); }},
    Rule{"pointLiteral", [](Judge& j) { return take_shape(j.in, "Point", 0); }},
    Rule{"polygonLiteral", [](Judge& j) { return take_shape(j.in, "Polygon", 0); }},
    Rule{"geoLiteral", [](Judge& j) { return take_shape(j.in, "", 0); }},
    Rule{"pointData", [](Judge& j) { return take_shape_data(j.in, "Point"); }},
    Rule{"lineStringData", [](Judge& j) { return take_shape_data(j.in, "LineString"); }},
    Rule{"polygonData", [](Judge& j) { return take_shape_data(j.in, "Polygon"); }},
    Rule{"ringLiteral", [](Judge& j) { return take_shape_data(j.in, "Ring"); }},
    Rule{"positionLiteral", [](Judge& j) { return take_position(j.in); }},
    Rule{"sridLiteral", [](Judge& j) { return take_srid(j.in); }},
};

#undef GEO

}  // namespace

bool Judge::enum_members() {
  const std::size_t begin = in.at();
  if (!take_enum_members(in)) return false;
  std::string_view members = in.since(begin);
  for (;;) {
    const std::size_t comma = members.find(',');
    const std::string_view member = members.substr(0, comma);
    if (is_identifier_start(static_cast<unsigned char>(member.front())) &&
        !names.is("enumerationMember", member)) {
      return false;
    }
    if (comma == std::string_view::npos) return true;
    members.remove_prefix(comma + 1);
  }
}

std::span<const Rule> literal_rules() {
  return kRules;
}

}  // namespace muster::odata::syntax::grammar
