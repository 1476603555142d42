// The table muster_schema: which changes the database has seen, one row each. Row 0 is the one that
// a program locks while it changes the schema, and says what is being changed and by what engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/postgres/connection.h"
#include "store/schema.h"

namespace muster::store::postgres {

struct SchemaRows {
  bool complete = false;        // the table is there and has all columns
  std::int64_t version = 0;     // 0: no change was finished
  std::int64_t begun = 0;       // the newest change that was begun, finished or not
  std::int64_t works_with = 0;  // what a program must know to work with that
  std::optional<SchemaEngine> engine = {};
};

// Runs a statement of which nothing is kept. The error is the connection's fault.
[[nodiscard]] base::Result<Rows> run_once(Connection& connection, const std::string& sql,
                                          std::span<const Cell> cells = {});

[[nodiscard]] base::Result<SchemaRows> read_schema_rows(Connection& connection);

// Statements, without semicolons, that make the table or what it lacks; they may be run again.
[[nodiscard]] std::vector<std::string> schema_table_statements(SchemaEngine engine);
// That the schema is on its way to a version.
[[nodiscard]] std::string begin_statement(SchemaEngine engine, std::int64_t version,
                                          std::int64_t works_with);
// That a change is finished.
[[nodiscard]] std::string finish_statement(std::int64_t version, std::string_view name,
                                           std::int64_t works_with);

// Begins a transaction that holds row 0. kUnavailable when another holds it for all of `turn`; ask
// again then, but not for long at a time, for who waits has a view too (see stand_aside).
[[nodiscard]] base::Status lock_schema(Connection& connection, std::chrono::milliseconds turn);
// Lets it hold the row however long the connection is idle, and in nobody's way: the last query's
// view of the data lasts until the next statement, and who builds an index waits for all views.
[[nodiscard]] base::Status stand_aside(Connection& connection);

}  // namespace muster::store::postgres
