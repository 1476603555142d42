#include "edm/model_types.h"

#include <algorithm>

namespace muster::edm {
namespace {

template <typename T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// Recursion ends: complex types are constants that hold only types declared before them.
void collect(std::span<const Property> rows, ModelTypes& types) {
  for (const Property& row : rows) {
    if (row.access == Access::kInternal) continue;
    if (row.type == Type::kEnum) add_once(types.enums, row.enumeration);
    if (row.type == Type::kComplex) {
      collect(row.complex->properties, types);
      add_once(types.complexes, row.complex);
    }
  }
}

}  // namespace

ModelTypes types_of(std::span<const EntitySet* const> sets) {
  ModelTypes types;
  for (const EntitySet* set : sets) {
    collect(set->type->properties, types);
    add_once(types.entities, set->type);
    for (const Action& action : set->actions) {
      collect(action.parameters, types);
      if (action.result != nullptr) collect(std::span(action.result, 1), types);
    }
    for (const Function& function : set->functions) {
      collect(function.parameters, types);
      collect(std::span(function.result, 1), types);
    }
  }
  return types;
}

std::vector<std::string_view> containers_of(std::span<const EntitySet* const> sets) {
  std::vector<std::string_view> names;
  for (const EntitySet* set : sets) {
    if (!set->container.empty()) add_once(names, set->container);
  }
  return names;
}

}  // namespace muster::edm
