#include "store/sqlite/statements.h"

namespace muster::store::sqlite {
namespace {

const std::string& key_column(const edm::EntitySet& set) {
  return layout_of(set).columns[kKeyColumn].name;
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

std::string from(const edm::EntitySet& set) {
  return " FROM " + std::string(set.table) + " WHERE tenant = ?1";
}

std::string select_one(const edm::EntitySet& set, const std::vector<std::size_t>& columns) {
  std::string nulls = "NULL";
  for (std::size_t i = 1; i < columns.size(); ++i) nulls += ", NULL";
  return "SELECT " + names(set, columns) + from(set) + " AND " + key_column(set) +
         " = ?2 UNION ALL SELECT " + nulls;
}

std::string insert_row(const edm::EntitySet& set) {
  std::string list;
  std::string values;
  const auto& columns = layout_of(set).columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) list += ", ", values += ", ";
    list += columns[i].name;
    values += "?" + std::to_string(i + 1);
  }
  return "INSERT INTO " + std::string(set.table) + " (" + list + ") VALUES (" + values + ")";
}

std::string update_row(const edm::EntitySet& set) {
  std::string assignments;
  const auto& columns = layout_of(set).columns;
  for (std::size_t i = kKeyColumn + 1; i < columns.size(); ++i) {
    if (!assignments.empty()) assignments += ", ";
    assignments += columns[i].name + " = ?" + std::to_string(i + 1);
  }
  return "UPDATE " + std::string(set.table) + " SET " + assignments + " WHERE tenant = ?1 AND " +
         key_column(set) + " = ?2";
}

std::string delete_row(const edm::EntitySet& set) {
  return "DELETE" + from(set) + " AND " + key_column(set) + " = ?2";
}

}  // namespace muster::store::sqlite
