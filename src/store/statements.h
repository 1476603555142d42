// The SQL of the contract's operations, written from the layout of a table, for any engine. Values
// are parameters only, here numbered as ?n and written as the dialect has them; names come from the
// model.
#pragma once

#include <string>
#include <vector>

#include "store/condition.h"
#include "store/row_layout.h"

namespace muster::store {

// The names of columns, by comma.
[[nodiscard]] std::string names(const edm::EntitySet& set, const std::vector<std::size_t>& columns);
// ` FROM table WHERE tenant = ?1`
[[nodiscard]] std::string from(const Dialect& dialect, const edm::EntitySet& set);

// ?1 tenant, ?2 key.
[[nodiscard]] std::string select_row(const Dialect& dialect, const edm::EntitySet& set,
                                     const std::vector<std::size_t>& columns);
// Parameters are the columns of the layout, from 1.
[[nodiscard]] std::string insert_row(const Dialect& dialect, const edm::EntitySet& set);
[[nodiscard]] std::string update_row(const Dialect& dialect, const edm::EntitySet& set);
// ?1 tenant, ?2 key.
[[nodiscard]] std::string delete_row(const Dialect& dialect, const edm::EntitySet& set);

}  // namespace muster::store
