#include "odata/expression.h"

namespace muster::odata {

std::string type_name(const ResultType& type) {
  std::string name;
  switch (type.value) {
    case ValueType::kNull:
      return "null";
    case ValueType::kBoolean:
      name = "Edm.Boolean";
      break;
    case ValueType::kInteger:
      name = "Edm.Int64";
      break;
    case ValueType::kDouble:
      name = "Edm.Double";
      break;
    case ValueType::kString:
      name = "Edm.String";
      break;
    case ValueType::kGuid:
      name = "Edm.Guid";
      break;
    case ValueType::kBinary:
      name = "Edm.Binary";
      break;
    case ValueType::kDateTimeOffset:
      name = "Edm.DateTimeOffset";
      break;
    case ValueType::kDate:
      name = "Edm.Date";
      break;
    case ValueType::kTimeOfDay:
      name = "Edm.TimeOfDay";
      break;
    case ValueType::kDuration:
      name = "Edm.Duration";
      break;
    case ValueType::kEnum:
      name = std::string(edm::kNamespace) + "." + std::string(type.enumeration->name);
      break;
    case ValueType::kComplex:
      name = std::string(edm::kNamespace) + "." + std::string(type.complex->name);
      break;
  }
  return type.collection ? "Collection(" + name + ")" : name;
}

ResultType type_of(const edm::Property& property) {
  ResultType type{.collection = property.collection,
                  .exact = property.secret || property.storage == edm::Storage::kUuid,
                  .enumeration = property.enumeration,
                  .complex = property.complex};
  switch (property.type) {
    case edm::Type::kString:
      type.value = ValueType::kString;
      break;
    case edm::Type::kBoolean:
      type.value = ValueType::kBoolean;
      break;
    case edm::Type::kInt32:
    case edm::Type::kInt64:
      type.value = ValueType::kInteger;
      break;
    case edm::Type::kDateTimeOffset:
      type.value = ValueType::kDateTimeOffset;
      break;
    case edm::Type::kBinary:
      type.value = ValueType::kBinary;
      break;
    case edm::Type::kGuid:
      type.value = ValueType::kGuid;
      break;
    case edm::Type::kEnum:
      type.value = ValueType::kEnum;
      break;
    case edm::Type::kComplex:
      type.value = ValueType::kComplex;
      break;
  }
  return type;
}

}  // namespace muster::odata
