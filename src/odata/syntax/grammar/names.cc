#include "odata/syntax/grammar/names.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace muster::odata::syntax::grammar {
namespace {

constexpr std::array<std::string_view, 17> kPrimitiveTypes = {
    "Binary", "Boolean",  "Byte",   "Date",   "DateTimeOffset", "Decimal",
    "Double", "Duration", "Guid",   "Int16",  "Int32",          "Int64",
    "SByte",  "Single",   "Stream", "String", "TimeOfDay"};
constexpr std::array<std::string_view, 8> kShapes = {
    "",           "Collection",   "LineString", "MultiLineString",
    "MultiPoint", "MultiPolygon", "Point",      "Polygon"};

bool is_one_of(const auto& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

void Names::add(std::string_view role, std::string_view name) {
  roles_[std::string(role)].insert(base::percent_decode(name, false).value_or(std::string(name)));
}

bool Names::is(std::string_view role, std::string_view name) const {
  const auto found = roles_.find(role);
  if (found != roles_.end()) return found->second.contains(name);
  // Every name, but only a name: an identifier, or an annotation with its `@`.
  const bool has_dots = name.find('.') != std::string_view::npos;
  const bool may_have_dots = role == "keyPathLiteral" || role == "customName";
  return !name.empty() && (!has_dots || may_have_dots || name.front() == '@');
}

bool Names::is_namespace(std::string_view name) const {
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is("namespacePart", name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool Names::is_qualified(std::string_view role, std::string_view name) const {
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && is(role, name.substr(dot + 1)) &&
         is_namespace(name.substr(0, dot));
}

bool Names::is_optionally_qualified(std::string_view role, std::string_view name) const {
  return name.find('.') == std::string_view::npos ? is(role, name) : is_qualified(role, name);
}

bool Names::is_property(std::string_view name) const {
  return is("primitiveKeyProperty", name) || is("primitiveNonKeyProperty", name);
}

bool Names::is_navigation(std::string_view name) const {
  return is("entityNavigationProperty", name) || is("entityColNavigationProperty", name);
}

bool Names::is_function(std::string_view name) const {
  constexpr std::array<std::string_view, 6> kRoles = {"entityFunction",    "entityColFunction",
                                                      "complexFunction",   "complexColFunction",
                                                      "primitiveFunction", "primitiveColFunction"};
  return std::any_of(kRoles.begin(), kRoles.end(),
                     [&](std::string_view role) { return is(role, name); });
}

bool Names::is_annotation(std::string_view role, std::string_view term) const {
  const std::string_view name = term.substr(0, term.find('#'));
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && !is_namespace(name.substr(0, dot))) return false;
  return is(role, "@" + std::string(name));
}

bool Names::is_primitive_type(std::string_view name) {
  if (!name.starts_with("Edm.")) return false;
  name.remove_prefix(4);
  for (const std::string_view space : {"Geography", "Geometry"}) {
    if (name.starts_with(space)) return is_one_of(kShapes, name.substr(space.size()));
  }
  return is_one_of(kPrimitiveTypes, name);
}

bool Names::is_type(std::string_view name, bool qualified_only) const {
  if (name.starts_with("Collection(") && name.ends_with(")")) {
    name = name.substr(11, name.size() - 12);
  }
  if (is_primitive_type(name)) return true;
  if (qualified_only && name.find('.') == std::string_view::npos) return false;
  constexpr std::array<std::string_view, 4> kRoles = {"entityTypeName", "complexTypeName",
                                                      "typeDefinitionName", "enumerationTypeName"};
  return std::any_of(kRoles.begin(), kRoles.end(),
                     [&](std::string_view role) { return is_optionally_qualified(role, name); });
}

}  // namespace muster::odata::syntax::grammar
