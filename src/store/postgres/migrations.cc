#include "store/postgres/migrations.h"

#include <array>
#include <map>
#include <string>
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
    Migration{
        2,
        "store copies",
#include "store/postgres/migrations/0002_store_copies.sql"
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

// 0 where there are no tables.
base::Result<std::int64_t> version_of(Connection& connection) {
  const Rows table =
      MUSTER_TRY(run(connection,
                     "SELECT count(*) FROM information_schema.tables WHERE table_name::text = "
                     "'muster_schema' AND table_schema::text = current_schema()::text"));
  if (table.cell(0, 0, ColumnKind::kInteger).integer == 0) return 0;
  const Rows rows = MUSTER_TRY(run(connection, "SELECT max(version) FROM muster_schema"));
  return rows.cell(0, 0, ColumnKind::kInteger).integer;
}

// Version 0 is the row that a node locks while it looks and changes.
base::Result<std::int64_t> lock_version(Connection& connection) {
  MUSTER_TRY(run(connection,
                 "CREATE TABLE IF NOT EXISTS muster_schema "
                 "(version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"));
  MUSTER_TRY(run(connection,
                 "INSERT INTO muster_schema (version, name) VALUES (0, 'lock') "
                 "ON CONFLICT (version) DO NOTHING"));
  connection.queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  MUSTER_TRY(run(connection, "SELECT 1 FROM muster_schema WHERE version = 0 FOR UPDATE"));
  return version_of(connection);
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

using Columns = std::multimap<std::string, std::string>;  // descriptions by table

base::Result<Columns> live_columns(Connection& connection) {
  const Rows rows = MUSTER_TRY(
      run(connection,
          "SELECT table_name::text, column_name::text || ' ' || data_type::text || "
          "CASE WHEN is_nullable::text = 'NO' THEN ' NOT NULL' ELSE '' END "
          "FROM information_schema.columns WHERE table_schema::text = current_schema()::text"));
  Columns columns;
  for (int row = 0; row < rows.size(); ++row) {
    columns.emplace(rows.cell(row, 0, ColumnKind::kText).octets,
                    rows.cell(row, 1, ColumnKind::kText).octets);
  }
  return columns;
}

base::Status check_table(const Columns& columns, const edm::EntitySet& set) {
  std::vector<std::string> live;
  const auto [first, last] = columns.equal_range(std::string(set.table));
  for (auto column = first; column != last; ++column) live.push_back(column->second);
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

base::Status check_tables(Connection& connection) {
  const Columns columns = MUSTER_TRY(live_columns(connection));
  for (const edm::EntitySet* set : edm::stored_sets()) MUSTER_TRY(check_table(columns, *set));
  return base::done();
}

base::Status migrate_once(Connection& connection) {
  std::int64_t version = MUSTER_TRY(version_of(connection));
  if (version > kNewest) {
    return refuse("it has schema version " + std::to_string(version) +
                  ", but this program knows versions up to " + std::to_string(kNewest) +
                  " only. Use the newer program again.");
  }
  if (version == kNewest) return check_tables(connection);
  version = MUSTER_TRY(lock_version(connection));
  for (const Migration& migration : kMigrations) {
    if (migration.version > version) MUSTER_TRY(apply(connection, migration));
  }
  MUSTER_TRY(check_tables(connection));
  MUSTER_TRY(run(connection, "COMMIT"));
  return base::done();
}

}  // namespace

base::Status expect_migrated(Connection& connection) {
  const auto version = version_of(connection);
  if (!version) return refuse(version.error().message);
  if (*version == kNewest) return check_tables(connection);
  if (*version == 0) return refuse("it has no tables of Muster's.");
  return refuse("it has schema version " + std::to_string(*version) + ", this program's is " +
                std::to_string(kNewest) +
                ". Start the service of this version on it first: that changes it.");
}

base::Status migrate(Connection& connection) {
  for (int run_number = 1;; ++run_number) {
    base::Status status = migrate_once(connection);
    if (status.ok()) return status;
    const bool own = status.error().code == base::ErrorCode::kConfiguration;
    const FaultKind kind = connection.fault().kind;
    connection.forget_queue();
    static_cast<void>(run(connection, "ROLLBACK"));  // a mere warning where nothing was begun
    if (own) return status;
    const bool again = kind == FaultKind::kRetry || kind == FaultKind::kTaken;
    if (!again || run_number == kMaxRuns) return refuse(status.error().message);
  }
}

}  // namespace muster::store::postgres
