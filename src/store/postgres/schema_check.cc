#include "store/postgres/schema_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "edm/system_model.h"
#include "store/postgres/schema_table.h"
#include "store/row_layout.h"

namespace muster::store::postgres {
namespace {

struct LiveColumn {
  std::string description;
  bool needs_value = false;  // a row that does not name it is refused
};
using Columns = std::multimap<std::string, LiveColumn>;  // by table

std::string describe(const Column& column) {
  return column.name + (column.kind == ColumnKind::kInteger ? " bigint" : " bytea") +
         (column.nullable ? "" : " NOT NULL");
}

base::Result<Columns> live_columns(Connection& connection) {
  const Rows rows = MUSTER_TRY(run_once(
      connection,
      "SELECT table_name::text, column_name::text || ' ' || data_type::text || "
      "CASE WHEN is_nullable::text = 'NO' THEN ' NOT NULL' ELSE '' END, "
      "CASE WHEN is_nullable::text = 'NO' AND column_default IS NULL THEN 'needed' ELSE '' END "
      "FROM information_schema.columns WHERE table_schema::text = current_schema()::text"));
  Columns columns;
  for (int row = 0; row < rows.size(); ++row) {
    const auto text = [&](int column) {
      return std::string(rows.cell(row, column, ColumnKind::kText).octets);
    };
    columns.emplace(text(0), LiveColumn{text(1), !text(2).empty()});
  }
  return columns;
}

base::Status check_table(const Columns& columns, const edm::EntitySet& set, SchemaAge age) {
  std::vector<LiveColumn> live;
  const auto [first, last] = columns.equal_range(std::string(set.table));
  for (auto column = first; column != last; ++column) live.push_back(column->second);
  const std::string where = "table " + std::string(set.table);
  if (live.empty()) return refuse_database(where + " is missing.");
  for (const Column& column : layout_of(set).columns) {
    const std::string wanted = describe(column);
    const auto same = [&](const LiveColumn& one) { return one.description == wanted; };
    if (std::erase_if(live, same) == 1) continue;
    return refuse_database(std::string(where).append(" lacks '").append(wanted).append("'."));
  }
  for (const LiveColumn& unknown : live) {
    if (age == SchemaAge::kNewer && !unknown.needs_value) continue;
    return refuse_database(where + " has '" + unknown.description +
                           "', which this program does not know.");
  }
  return base::done();
}

}  // namespace

base::Error refuse_database(const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, "The database: " + why, "store");
}

base::Status check_tables(Connection& connection, SchemaAge age) {
  const Columns columns = MUSTER_TRY(live_columns(connection));
  for (const edm::EntitySet* set : edm::stored_sets()) {
    MUSTER_TRY(check_table(columns, *set, age));
  }
  return base::done();
}

}  // namespace muster::store::postgres
