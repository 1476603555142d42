#include "edm/model.h"

#include "base/encoding.h"

namespace muster::edm {

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kString:
      return "Edm.String";
    case Type::kBoolean:
      return "Edm.Boolean";
    case Type::kInt32:
      return "Edm.Int32";
    case Type::kInt64:
      return "Edm.Int64";
    case Type::kDateTimeOffset:
      return "Edm.DateTimeOffset";
    case Type::kBinary:
      return "Edm.Binary";
    case Type::kComplex:
      return "Edm.ComplexType";
  }
  return {};
}

std::optional<std::size_t> find_property(std::span<const Property> properties,
                                         std::string_view name) {
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (properties[i].name == name) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_property_any_case(std::span<const Property> properties,
                                                  std::string_view name) {
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (base::equal_ignoring_case(properties[i].name, name)) return i;
  }
  return std::nullopt;
}

}  // namespace muster::edm
