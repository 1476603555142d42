#include "odata/text_equals.h"

#include <utility>

namespace muster::odata {

Expression text_equals(const edm::EntityType& type, edm::Field<std::string> property,
                       std::string text) {
  const ResultType compared = type_of(type.properties[property.ordinal]);
  Expression filter;
  filter.type = &type;
  filter.nodes = {{.op = Op::kProperty,
                   .type = compared,
                   .index = static_cast<std::uint32_t>(property.ordinal)},
                  {.op = Op::kLiteral, .type = compared, .index = 0},
                  {.op = Op::kEq, .type = {.value = ValueType::kBoolean}, .first = 0, .count = 2}};
  filter.child_indexes = {0, 1};
  filter.literals = {std::move(text)};
  filter.root = 2;
  filter.properties = edm::PropertyMask{1} << property.ordinal;
  return filter;
}

}  // namespace muster::odata
