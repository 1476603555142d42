// Well-known text with a reference system, as OData writes geography and geometry.
#include "odata/syntax/literal.h"

namespace muster::odata::syntax {
namespace {

template <typename TakeOne>
bool take_list(Reader& in, const TakeOne& take_one) {
  do {
    if (!take_one(in)) return false;
  } while (in.take(','));
  return true;
}

// `(` one or more `)`
template <typename TakeOne>
bool take_group(Reader& in, const TakeOne& take_one) {
  return in.take('(') && take_list(in, take_one) && in.take(')');
}

// `(` none or more `)`
template <typename TakeOne>
bool take_optional_group(Reader& in, const TakeOne& take_one) {
  return in.take('(') && (in.take(')') || (take_list(in, take_one) && in.take(')')));
}

bool take_value(Reader& in) {
  // `+` is itself also in a URL: this is a value, not a literal.
  if (in.peek() == '+' && is_digit(in.peek(1))) in.skip();
  return take_number(in).has_value();
}

bool take_point_data(Reader& in) {
  return in.take('(') && take_position(in) && in.take(')');
}

bool take_ring(Reader& in) {
  return take_group(in, take_position);
}

bool take_polygon_data(Reader& in) {
  return take_group(in, take_ring);
}

bool take_line_data(Reader& in) {
  return in.take('(') && take_position(in) && in.take(',') && take_list(in, take_position) &&
         in.take(')');
}

constexpr std::string_view kNames[] = {
    "GeometryCollection", "LineString", "MultiLineString", "MultiPoint",
    "MultiPolygon",       "Point",      "Polygon"};

bool take_data(Reader& in, std::string_view which, std::size_t depth) {
  if (which == "GeometryCollection") {
    return depth < kMaxDepth &&
           take_group(in, [depth](Reader& inner) { return take_shape(inner, "", depth + 1); });
  }
  if (which == "MultiLineString") return take_optional_group(in, take_line_data);
  if (which == "MultiPoint") return take_optional_group(in, take_point_data);
  if (which == "MultiPolygon") return take_optional_group(in, take_polygon_data);
  return take_shape_data(in, which);
}

}  // namespace

bool take_srid(Reader& in) {
  if (!in.take_word("SRID") || !in.take_raw('=')) return false;
  const std::size_t digits = in.take_digits();
  return digits >= 1 && digits <= 5 && in.take(';');
}

// Longitude, latitude, and perhaps altitude and measure.
bool take_position(Reader& in) {
  if (!take_value(in) || !in.take(' ') || !take_value(in)) return false;
  for (int more = 0; more < 2 && in.take(' '); ++more) {
    if (!take_value(in)) return false;
  }
  return true;
}

bool take_shape_data(Reader& in, std::string_view which) {
  if (which == "Point") return take_point_data(in);
  if (which == "LineString") return take_line_data(in);
  if (which == "Polygon") return take_polygon_data(in);
  return which == "Ring" && take_ring(in);
}

bool take_shape(Reader& in, std::string_view which, std::size_t depth) {
  for (const std::string_view candidate : kNames) {
    if ((which.empty() || which == candidate) && in.take_keyword(candidate)) {
      return take_data(in, candidate, depth);
    }
  }
  return false;
}

bool take_geo(Reader& in) {
  return take_srid(in) && take_shape(in, "", 0);
}

}  // namespace muster::odata::syntax
