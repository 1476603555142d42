#include "store/sqlite/list_statement.h"

#include <utility>

#include "store/sqlite/statements.h"

namespace muster::store::sqlite {
namespace {

class SqliteDialect final : public Dialect {
 public:
  std::string placeholder(std::size_t number) const override {
    return "?" + std::to_string(number);
  }
  // SQLite's lower() knows ASCII only, and octets compare without any collation.
  std::string folded(const std::string& column) const override {
    return "CAST(lower(" + column + ") AS BLOB)";
  }
  std::string contains(const std::string& octets, const std::string& part) const override {
    return "(instr(" + octets + ", " + part + ") > 0)";
  }
  std::string ends_with(const std::string& octets, const std::string& part) const override {
    return "(length(" + octets + ") >= length(" + part + ") AND substr(" + octets + ", length(" +
           octets + ") - length(" + part + ") + 1) = " + part + ")";
  }
  // Null is the least value of SQLite's own order too.
  std::string ordered(const std::string& column, bool descending) const override {
    return column + (descending ? " DESC" : "");
  }
  std::string not_indexed(const std::string& column) const override { return "+" + column; }
};

void add_condition(ListStatement& statement, std::string& sql, const Query& query,
                   GivenRange given = {}) {
  if (query.filter == nullptr) return;
  Condition condition = compile_condition(dialect(), *query.set, *query.filter,
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
}

}  // namespace

const Dialect& dialect() {
  static const SqliteDialect kDialect;
  return kDialect;
}

ListStatement walk_statement(const Query& query, const Walk& walk, const Stretch& stretch) {
  ListStatement statement{.parameters = stretch.parameters};
  std::string where = from(*query.set);
  if (!stretch.sql.empty()) where += " AND " + stretch.sql;
  add_condition(statement, where, query, stretch.range);
  const edm::PropertyMask judged =
      statement.exact || query.filter == nullptr ? 0 : query.filter->properties;
  read_properties(statement, *query.set, query.properties | judged);
  statement.limited = statement.exact;
  statement.sql = "SELECT " + names(*query.set, statement.columns) + where + " ORDER BY " +
                  order_of(dialect(), *query.set, walk) +
                  (statement.limited ? " LIMIT ?2 OFFSET ?3" : "");
  return statement;
}

ListStatement rank_statement(const Query& query) {
  ListStatement statement;
  std::string where = from(*query.set);
  add_condition(statement, where, query);
  edm::PropertyMask needed = query.order == nullptr ? 0 : query.order->expression.properties;
  if (!statement.exact) needed |= query.filter->properties;
  read_properties(statement, *query.set, needed);
  statement.sql = "SELECT " + names(*query.set, statement.columns) + where;
  return statement;
}

ListStatement count_statement(const Query& query) {
  ListStatement statement;
  std::string where = from(*query.set);
  add_condition(statement, where, query);
  if (statement.exact) {
    statement.sql = "SELECT count(*)" + where;
    return statement;
  }
  read_properties(statement, *query.set, query.filter->properties);
  statement.sql = "SELECT " + names(*query.set, statement.columns) + where;
  return statement;
}

}  // namespace muster::store::sqlite
