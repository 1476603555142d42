#include "store/postgres/schema_table.h"

#include <algorithm>

#include "store/postgres/ddl.h"

namespace muster::store::postgres {
namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::int64_t integer_at(const Rows& rows, int column) {
  return rows.cell(0, column, ColumnKind::kInteger).integer;
}

}  // namespace

base::Result<Rows> run_once(Connection& connection, const std::string& sql,
                            std::span<const Cell> cells) {
  auto rows = connection.run(sql, cells, Connection::Keep::kOnce);
  if (!rows) return connection.fault().error;
  return *std::move(rows);
}

base::Result<SchemaRows> read_schema_rows(Connection& connection) {
  // Types of the catalogue differ between engines, so all is text.
  const Rows columns = MUSTER_TRY(
      run_once(connection,
               "SELECT column_name::text FROM information_schema.columns WHERE table_name::text = "
               "'muster_schema' AND table_schema::text = current_schema()::text"));
  SchemaRows found;
  if (columns.size() == 0) return found;
  bool begun = false;
  bool works_with = false;
  bool engine = false;
  for (int row = 0; row < columns.size(); ++row) {
    const std::string_view name = columns.cell(row, 0, ColumnKind::kText).octets;
    begun = begun || name == "begun";
    works_with = works_with || name == "works_with";
    engine = engine || name == "engine";
  }
  found.complete = begun && works_with && engine;
  const Rows rows = MUSTER_TRY(run_once(
      connection, std::string("SELECT coalesce(max(version), 0)") +
                      (works_with ? ", coalesce(max(coalesce(works_with, version)), 0)"
                                  : ", coalesce(max(version), 0)") +
                      (begun ? ", coalesce(max(begun), 0)" : ", coalesce(max(version), 0)") +
                      (engine ? ", coalesce(max(engine), '')" : ", ''") + " FROM muster_schema"));
  found.version = integer_at(rows, 0);
  found.works_with = integer_at(rows, 1);
  found.begun = std::max(found.version, integer_at(rows, 2));
  found.engine = engine_named(rows.cell(0, 3, ColumnKind::kText).octets);
  return found;
}

std::vector<std::string> schema_table_statements(SchemaEngine engine) {
  std::vector<std::string> statements = {
      "CREATE TABLE IF NOT EXISTS muster_schema (\n"
      "  version BIGINT NOT NULL PRIMARY KEY,\n"
      "  name    TEXT NOT NULL\n)",
      "ALTER TABLE muster_schema ADD COLUMN IF NOT EXISTS works_with BIGINT",
      "ALTER TABLE muster_schema ADD COLUMN IF NOT EXISTS begun BIGINT",
      "ALTER TABLE muster_schema ADD COLUMN IF NOT EXISTS engine TEXT",
  };
  // On every machine, since a node may ask any of them.
  if (engine == SchemaEngine::kCitus) statements.push_back(copy_everywhere("muster_schema"));
  statements.emplace_back(
      "INSERT INTO muster_schema (version, name) VALUES (0, 'lock') "
      "ON CONFLICT (version) DO NOTHING");
  return statements;
}

std::string begin_statement(SchemaEngine engine, std::int64_t version, std::int64_t works_with) {
  return "UPDATE muster_schema SET begun = " + std::to_string(version) +
         ", works_with = " + std::to_string(works_with) + ", engine = " + quoted(name_of(engine)) +
         " WHERE version = 0";
}

std::string finish_statement(std::int64_t version, std::string_view name, std::int64_t works_with) {
  return "INSERT INTO muster_schema (version, name, works_with) VALUES (" +
         std::to_string(version) + ", " + quoted(name) + ", " + std::to_string(works_with) +
         ") ON CONFLICT (version) DO NOTHING";
}

base::Status lock_schema(Connection& connection, std::chrono::milliseconds turn) {
  connection.queue_begin("ISOLATION LEVEL READ COMMITTED");
  connection.queue_once("SET LOCAL lock_timeout = " + std::to_string(turn.count()), {});
  MUSTER_TRY(
      run_once(connection, "SELECT version FROM muster_schema WHERE version = 0 FOR UPDATE"));
  return base::done();
}

base::Status stand_aside(Connection& connection) {
  MUSTER_TRY(run_once(connection, "SET LOCAL idle_in_transaction_session_timeout = 0"));
  return base::done();
}

}  // namespace muster::store::postgres
