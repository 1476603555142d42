#include "store/postgres/migrations.h"

#include <array>
#include <string_view>
#include <vector>

#include "edm/system_model.h"
#include "store/row_layout.h"

namespace muster::store::postgres {
namespace {

struct Migration {
  std::int64_t version;
  std::string_view name;
  const char* sql;
};

constexpr std::array kMigrations = {
    Migration{
        1,
        "initial",
#include "store/postgres/migrations/0001_initial.sql"
    },
};
constexpr std::int64_t kNewest = kMigrations.back().version;

// Two nodes that start on an empty database may both make the first table.
constexpr int kMaxRuns = 20;

base::Error refuse(const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, "The database: " + why, "store");
}

base::Result<Rows> run(Connection& connection, const std::string& sql,
                       std::span<const Cell> cells = {}) {
  auto rows = connection.run(sql, cells, Connection::Keep::kOnce);
  if (!rows) return connection.fault().error;
  return *std::move(rows);
}

// Version 0 is the row that a node locks while it looks and changes.
base::Result<std::int64_t> locked_version(Connection& connection) {
  MUSTER_TRY(run(connection,
                 "CREATE TABLE IF NOT EXISTS muster_schema "
                 "(version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"));
  MUSTER_TRY(run(connection,
                 "INSERT INTO muster_schema (version, name) VALUES (0, 'lock') "
                 "ON CONFLICT (version) DO NOTHING"));
  connection.queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  // Others take as long as they take.
  connection.queue("SET LOCAL lock_timeout = 0");
  MUSTER_TRY(run(connection, "SELECT 1 FROM muster_schema WHERE version = 0 FOR UPDATE"));
  const Rows rows = MUSTER_TRY(run(connection, "SELECT max(version) FROM muster_schema"));
  return rows.cell(0, 0, ColumnKind::kInteger).integer;
}

base::Status apply(Connection& connection, const Migration& migration) {
  if (!connection.script(migration.sql)) return connection.fault().error;
  const std::array cells = {Cell{.kind = Cell::Kind::kInteger, .integer = migration.version},
                            Cell{.kind = Cell::Kind::kText, .octets = migration.name}};
  MUSTER_TRY(run(connection,
                 "INSERT INTO muster_schema (version, name) VALUES ($1, convert_from($2, 'UTF8'))",
                 cells));
  return base::done();
}

std::string describe(const Column& column) {
  return column.name + (column.kind == ColumnKind::kInteger ? " bigint" : " bytea") +
         (column.nullable ? "" : " NOT NULL");
}

base::Result<std::vector<std::string>> live_columns(Connection& connection,
                                                    std::string_view table) {
  const std::array cells = {Cell{.kind = Cell::Kind::kText, .octets = table}};
  const Rows rows = MUSTER_TRY(
      run(connection,
          "SELECT column_name::text || ' ' || data_type::text || "
          "CASE WHEN is_nullable::text = 'NO' THEN ' NOT NULL' ELSE '' END "
          "FROM information_schema.columns WHERE table_schema::text = current_schema()::text "
          "AND table_name::text = convert_from($1, 'UTF8') ORDER BY ordinal_position",
          cells));
  std::vector<std::string> columns;
  for (int row = 0; row < rows.size(); ++row) {
    columns.emplace_back(rows.cell(row, 0, ColumnKind::kText).octets);
  }
  return columns;
}

base::Status check_table(Connection& connection, const edm::EntitySet& set) {
  std::vector<std::string> live = MUSTER_TRY(live_columns(connection, set.table));
  const std::string where = "table " + std::string(set.table);
  if (live.empty()) return refuse(where + " is missing.");
  for (const Column& column : layout_of(set).columns) {
    const std::string wanted = describe(column);
    if (std::erase(live, wanted) == 1) continue;
    return refuse(std::string(where).append(" lacks '").append(wanted).append("'."));
  }
  if (live.empty()) return base::done();
  return refuse(where + " has '" + live.front() + "', which this program does not know.");
}

base::Status migrate_once(Connection& connection) {
  const std::int64_t version = MUSTER_TRY(locked_version(connection));
  if (version > kNewest) {
    return refuse("it has schema version " + std::to_string(version) +
                  ", but this program knows versions up to " + std::to_string(kNewest) +
                  " only. Use the newer program again.");
  }
  for (const Migration& migration : kMigrations) {
    if (migration.version > version) MUSTER_TRY(apply(connection, migration));
  }
  for (const edm::EntitySet* set : edm::stored_sets()) MUSTER_TRY(check_table(connection, *set));
  MUSTER_TRY(run(connection, "COMMIT"));
  return base::done();
}

}  // namespace

base::Status migrate(Connection& connection) {
  for (int run_number = 1;; ++run_number) {
    base::Status status = migrate_once(connection);
    if (status.ok()) return status;
    const bool own = status.error().code == base::ErrorCode::kConfiguration;
    const FaultKind kind = connection.fault().kind;
    connection.forget_queue();
    static_cast<void>(run(connection, "ROLLBACK"));
    if (own) return status;
    const bool again = kind == FaultKind::kRetry || kind == FaultKind::kTaken;
    if (!again || run_number == kMaxRuns) return refuse(status.error().message);
  }
}

}  // namespace muster::store::postgres
