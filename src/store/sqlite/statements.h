// The SQL of the contract's operations, written from the layout of a table. Values are parameters
// only; names come from the model.
#pragma once

#include <string>
#include <vector>

#include "store/row_layout.h"

namespace muster::store::sqlite {

// The names of columns, by comma.
[[nodiscard]] std::string names(const edm::EntitySet& set, const std::vector<std::size_t>& columns);
// ` FROM table WHERE tenant = ?1`
[[nodiscard]] std::string from(const edm::EntitySet& set);

// ?1 tenant, ?2 key. Always has a row: one of NULLs comes last, so that the statement is still
// running, and holds its view of the data, when a record does not exist.
[[nodiscard]] std::string select_one(const edm::EntitySet& set,
                                     const std::vector<std::size_t>& columns);
// Parameters are the columns of the layout, from 1.
[[nodiscard]] std::string insert_row(const edm::EntitySet& set);
[[nodiscard]] std::string update_row(const edm::EntitySet& set);
// ?1 tenant, ?2 key.
[[nodiscard]] std::string delete_row(const edm::EntitySet& set);

}  // namespace muster::store::sqlite
