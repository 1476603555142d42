// Lists that follow an index: which orders do, and the stretches of the index that come after a
// place in it. A list goes on at the same cost at any depth, and past any number of equal texts,
// because each stretch is one range of the index, without OR and without row values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/condition.h"
#include "store/store.h"

namespace muster::store {

// Along (tenant, key), or along (tenant, folded text, key).
struct Walk {
  std::size_t folded = 0;  // position of the folded column in the layout; 0 for none
  bool nullable = false;   // the text may be null
  bool descending = false;
};

// nullopt when no index has that order. nullptr is the order of the keys.
[[nodiscard]] std::optional<Walk> walk_of(const edm::EntitySet& set, const odata::Order* order);

// `a, b` for ORDER BY.
[[nodiscard]] std::string order_of(const Dialect& dialect, const edm::EntitySet& set,
                                   const Walk& walk);

// A range of the index, as SQL; empty for all of it. Placeholders are numbered from the number
// that stretches_after() was given, in each stretch anew.
struct Stretch {
  std::string sql = {};
  std::vector<Parameter> parameters = {};
  GivenRange range = {};  // what it says of the folded column
};

// One after the other they hold what comes after the place, in order.
[[nodiscard]] std::vector<Stretch> stretches_after(const Dialect& dialect,
                                                   const edm::EntitySet& set, const Walk& walk,
                                                   const std::optional<odata::Position>& place,
                                                   std::size_t first_parameter);

}  // namespace muster::store
