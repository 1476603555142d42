// The types that a list of sets reaches: through entities, complex values, parameters of actions,
// parameters and results of functions.
#pragma once

#include <span>
#include <vector>

#include "edm/model.h"

namespace muster::edm {

// Each type once, in the order of first mention; what a type holds stands before it. Types of
// properties that are never on the wire (Access::kInternal) are left out.
struct ModelTypes {
  std::vector<const EnumType*> enums;
  std::vector<const ComplexType*> complexes;
  std::vector<const EntityType*> entities;
};

[[nodiscard]] ModelTypes types_of(std::span<const EntitySet* const> sets);

// The names of the singletons that contain the sets, each once, in their order.
[[nodiscard]] std::vector<std::string_view> containers_of(std::span<const EntitySet* const> sets);

}  // namespace muster::edm
