// The statements of lists, as text and parameters, for any engine: everything but running them.
#pragma once

#include <string>
#include <vector>

#include "store/condition.h"
#include "store/store.h"
#include "store/walk.h"

namespace muster::store {

// ?1 tenant, then, if `limited`, ?2 limit and ?3 offset; `parameters` are for ?4 and those after.
struct ListStatement {
  std::string sql = {};
  std::vector<Parameter> parameters = {};
  std::vector<std::size_t> columns = {};  // that are read, by position in the layout
  std::vector<ColumnKind> kinds = {};     // of what the rows have: those columns, or a count
  edm::PropertyMask properties = 0;       // the same as properties
  bool limited = false;
  bool exact = true;     // no record comes that the filter does not take
  bool indexed = false;  // an index leads to what the filter takes
};
inline constexpr std::size_t kFirstParameter = 4;

// The rows of a stretch of an index that the filter may take, in order. Limited when it is exact.
[[nodiscard]] ListStatement walk_statement(const Dialect& dialect, const Query& query,
                                           const Walk& walk, const Stretch& stretch);
// What is needed of the rows that the filter may take to judge and rank them, in any order.
[[nodiscard]] ListStatement rank_statement(const Dialect& dialect, const Query& query);
// How many the filter takes, as the only row, or, when that cannot be said exactly, what is needed
// to judge each.
[[nodiscard]] ListStatement count_statement(const Dialect& dialect, const Query& query);

}  // namespace muster::store
