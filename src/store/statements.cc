#include "store/statements.h"

namespace muster::store {
namespace {

std::string and_key(const Dialect& dialect, const edm::EntitySet& set) {
  return " AND " + layout_of(set).columns[kKeyColumn].name + " = " + dialect.placeholder(2);
}

}  // namespace

std::string names(const edm::EntitySet& set, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t column : columns) {
    if (!list.empty()) list += ", ";
    list += layout_of(set).columns[column].name;
  }
  return list;
}

std::string from(const Dialect& dialect, const edm::EntitySet& set) {
  return " FROM " + std::string(set.table) + " WHERE tenant = " + dialect.placeholder(1);
}

std::string select_row(const Dialect& dialect, const edm::EntitySet& set,
                       const std::vector<std::size_t>& columns) {
  return "SELECT " + names(set, columns) + from(dialect, set) + and_key(dialect, set);
}

std::string insert_row(const Dialect& dialect, const edm::EntitySet& set) {
  std::string list;
  std::string values;
  const auto& columns = layout_of(set).columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) list += ", ", values += ", ";
    list += columns[i].name;
    values += dialect.placeholder(i + 1);
  }
  return "INSERT INTO " + std::string(set.table) + " (" + list + ") VALUES (" + values + ")";
}

std::string update_row(const Dialect& dialect, const edm::EntitySet& set) {
  std::string assignments;
  const auto& columns = layout_of(set).columns;
  for (std::size_t i = kKeyColumn + 1; i < columns.size(); ++i) {
    if (!assignments.empty()) assignments += ", ";
    assignments += columns[i].name + " = " + dialect.placeholder(i + 1);
  }
  return "UPDATE " + std::string(set.table) + " SET " + assignments +
         " WHERE tenant = " + dialect.placeholder(1) + and_key(dialect, set);
}

std::string delete_row(const Dialect& dialect, const edm::EntitySet& set) {
  return "DELETE" + from(dialect, set) + and_key(dialect, set);
}

}  // namespace muster::store
