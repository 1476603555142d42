#include "store/list_statement.h"

#include <utility>

#include "store/statements.h"

namespace muster::store {
namespace {

void add_condition(const Dialect& dialect, ListStatement& statement, std::string& sql,
                   const Query& query, GivenRange given = {}) {
  if (query.filter == nullptr) return;
  Condition condition = compile_condition(dialect, *query.set, *query.filter,
                                          kFirstParameter + statement.parameters.size(), given);
  if (!condition.sql.empty()) sql += " AND " + condition.sql;
  for (Parameter& parameter : condition.parameters) {
    statement.parameters.push_back(std::move(parameter));
  }
  statement.exact = condition.exact;
  statement.indexed = condition.indexed;
}

void read_properties(ListStatement& statement, const edm::EntitySet& set,
                     edm::PropertyMask properties) {
  const RowLayout& layout = layout_of(set);
  statement.properties = present_for(layout, properties);
  statement.columns = columns_for(layout, properties);
  for (const std::size_t column : statement.columns) {
    statement.kinds.push_back(layout.columns[column].kind);
  }
}

}  // namespace

ListStatement walk_statement(const Dialect& dialect, const Query& query, const Walk& walk,
                             const Stretch& stretch) {
  ListStatement statement{.parameters = stretch.parameters};
  std::string where = from(dialect, *query.set);
  if (!stretch.sql.empty()) where += " AND " + stretch.sql;
  add_condition(dialect, statement, where, query, stretch.range);
  const edm::PropertyMask judged =
      statement.exact || query.filter == nullptr ? 0 : query.filter->properties;
  read_properties(statement, *query.set, query.properties | judged);
  statement.limited = statement.exact;
  statement.sql =
      "SELECT " + names(*query.set, statement.columns) + where + " ORDER BY " +
      order_of(dialect, *query.set, walk) +
      (statement.limited ? " LIMIT " + dialect.placeholder(2) + " OFFSET " + dialect.placeholder(3)
                         : "");
  return statement;
}

ListStatement rank_statement(const Dialect& dialect, const Query& query) {
  ListStatement statement;
  std::string where = from(dialect, *query.set);
  add_condition(dialect, statement, where, query);
  edm::PropertyMask needed = query.order == nullptr ? 0 : query.order->expression.properties;
  if (!statement.exact) needed |= query.filter->properties;
  read_properties(statement, *query.set, needed);
  statement.sql = "SELECT " + names(*query.set, statement.columns) + where;
  return statement;
}

ListStatement count_statement(const Dialect& dialect, const Query& query) {
  ListStatement statement;
  std::string where = from(dialect, *query.set);
  add_condition(dialect, statement, where, query);
  if (statement.exact) {
    statement.sql = "SELECT count(*)" + where;
    statement.kinds = {ColumnKind::kInteger};
    return statement;
  }
  read_properties(statement, *query.set, query.filter->properties);
  statement.sql = "SELECT " + names(*query.set, statement.columns) + where;
  return statement;
}

}  // namespace muster::store
