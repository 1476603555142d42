#include "store/schema.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "store/open.h"
#include "store/postgres/migrations.h"
#include "store/postgres/schema_script.h"
#include "store/sqlite/migrations.h"

namespace muster::store {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"sqlite", "postgres", "citus", "cockroach",
                                                    "yugabyte"};  // in the order of the values

postgres::MigrateOptions options_of(const PostgresSchemaOptions& options) {
  return {.connecting = {options.url, options.patience, options.pooled, true},
          .engine = options.engine,
          .distribute_again = true};
}

}  // namespace

std::string_view name_of(SchemaEngine engine) {
  return kNames.at(static_cast<std::size_t>(engine));
}

std::optional<SchemaEngine> engine_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) == name) return static_cast<SchemaEngine>(i);
  }
  return std::nullopt;
}

std::vector<std::string> engine_names() {
  return {kNames.begin(), kNames.end()};
}

std::string schema_script(SchemaEngine engine) {
  if (engine == SchemaEngine::kSqlite) return sqlite::schema_script();
  return postgres::schema_script(engine, postgres::built_in_history());
}

base::Result<SchemaState> sqlite_schema(const std::string& path) {
  std::error_code fault;
  int version = 0;
  if (std::filesystem::exists(path, fault)) {
    auto connection = MUSTER_TRY(
        sqlite::Connection::open(path, sqlite::OpenMode::kReadOnly, "", std::chrono::seconds(2)));
    version = MUSTER_TRY(sqlite::schema_of(connection, path));
  }
  return sqlite::state_of(version);
}

base::Status migrate_sqlite(const std::string& path) {
  MUSTER_TRY(open_sqlite({.path = path, .vault = base::Vault::empty()}));
  return base::done();
}

base::Result<SchemaState> postgres_schema(const PostgresSchemaOptions& options) {
  return postgres::schema_state(options_of(options));
}

base::Status migrate_postgres(const PostgresSchemaOptions& options) {
  return postgres::migrate(options_of(options));
}

}  // namespace muster::store
