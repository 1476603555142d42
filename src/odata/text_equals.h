// Filters that the service itself asks for.
#pragma once

#include <string>

#include "odata/expression.h"

namespace muster::odata {

// `<property> eq '<text>'`, without ASCII case where the property's text compares so.
[[nodiscard]] Expression text_equals(const edm::EntityType& type, edm::Field<std::string> property,
                                     std::string text);

}  // namespace muster::odata
