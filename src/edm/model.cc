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
    case Type::kGuid:
      return "Edm.Guid";
    case Type::kEnum:
      return "Edm.EnumType";
    case Type::kComplex:
      return "Edm.ComplexType";
  }
  return {};
}

std::string full_name(const Property& property) {
  if (property.type == Type::kEnum) {
    return std::string(kNamespace) + "." + std::string(property.enumeration->name);
  }
  if (property.type == Type::kComplex) {
    return std::string(kNamespace) + "." + std::string(property.complex->name);
  }
  return std::string(type_name(property.type));
}

const EnumMember* find_member(const EnumType& type, std::string_view name) {
  for (const EnumMember& member : type.members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

const EnumMember* find_member(const EnumType& type, std::int64_t value) {
  for (const EnumMember& member : type.members) {
    if (member.value == value) return &member;
  }
  return nullptr;
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
