#include "app/migrate_command.h"

#include <iostream>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "app/data_directory.h"
#include "app/print.h"
#include "store/schema.h"

namespace muster::app {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using store::SchemaEngine;
using store::SchemaState;

base::Error refuse(std::string message) {
  return base::fail(ErrorCode::kConfiguration, std::move(message), "engine");
}

// The engine that was asked for, if any, which must be possible with the store of the settings.
base::Result<std::optional<SchemaEngine>> asked_engine(const Settings& settings,
                                                       const MigrateCommand& command) {
  if (command.engine.empty()) return std::optional<SchemaEngine>();
  const auto engine = store::engine_named(command.engine);
  if (!engine) return refuse("There is no engine '" + command.engine + "'.");
  if (command.print) return engine;
  const bool file = has_store_file(settings);
  if (file == (*engine == SchemaEngine::kSqlite)) return engine;
  return refuse(file
                    ? "The store is a file; --store postgres://... names a database, --print needs "
                      "none."
                    : "The store is a database and no file.");
}

base::Result<store::PostgresSchemaOptions> database(const Settings& settings,
                                                    std::optional<SchemaEngine> engine) {
  return store::PostgresSchemaOptions{
      .url = MUSTER_TRY(store_url(settings)), .engine = engine, .pooled = settings.store_pooled};
}

base::Result<SchemaState> look(const Settings& settings, std::optional<SchemaEngine> engine) {
  if (has_store_file(settings)) return store::sqlite_schema(store_file(settings));
  return store::postgres_schema(MUSTER_TRY(database(settings, engine)));
}

base::Status apply(const Settings& settings, std::optional<SchemaEngine> engine) {
  if (!has_store_file(settings)) {
    return store::migrate_postgres(MUSTER_TRY(database(settings, engine)));
  }
  MUSTER_TRY(make_data_folder(settings));
  return store::migrate_sqlite(store_file(settings));
}

std::string as_json(const SchemaState& before, const SchemaState& after) {
  const auto listed = [](const std::vector<store::SchemaChange>& changes) {
    json::array array;
    for (const store::SchemaChange& change : changes) {
      array.push_back(json::object{{"version", change.version}, {"name", change.name}});
    }
    return array;
  };
  std::vector<store::SchemaChange> applied = before.pending;
  std::erase_if(applied,
                [&](const store::SchemaChange& one) { return one.version > after.version; });
  return json::serialize(json::object{{"engine", std::string(store::name_of(after.engine))},
                                      {"version", after.version},
                                      {"newestVersion", after.newest},
                                      {"applied", listed(applied)},
                                      {"pending", listed(after.pending)}}) +
         "\n";
}

std::string as_text(const SchemaState& before, const SchemaState& after) {
  std::string version = std::to_string(after.version);
  if (before.version != after.version) version += ", was " + std::to_string(before.version);
  if (after.version < after.newest) version += ", of " + std::to_string(after.newest);
  if (after.version > after.newest) {
    version += ", newer than this program's " + std::to_string(after.newest);
  }
  std::vector<std::vector<std::string>> rows = {
      {"engine", std::string(store::name_of(after.engine))}, {"schema", version}};
  for (const store::SchemaChange& change : before.pending) {
    const bool done = change.version <= after.version;
    rows.push_back(
        {done ? "applied" : "pending", std::to_string(change.version) + " " + change.name});
  }
  return aligned_table(rows);
}

}  // namespace

base::Status run_migrate(const Settings& settings, const MigrateCommand& command) {
  const auto engine = MUSTER_TRY(asked_engine(settings, command));
  if (command.print) {
    const SchemaEngine usual =
        has_store_file(settings) ? SchemaEngine::kSqlite : SchemaEngine::kPostgres;
    std::cout << store::schema_script(engine.value_or(usual));
    return base::done();
  }
  const SchemaState before = MUSTER_TRY(look(settings, engine));
  SchemaState after = before;
  if (!command.dry_run) {
    MUSTER_TRY(apply(settings, engine));
    after = MUSTER_TRY(look(settings, engine));
  }
  std::cout << (command.json ? as_json(before, after) : as_text(before, after));
  return base::done();
}

}  // namespace muster::app
