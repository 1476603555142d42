// The schema of a store, apart from its records: which version it has, what this program would
// change, and the same as a script for people who change databases by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster::store {

// What keeps the records. All but the first speak PostgreSQL's protocol.
enum class SchemaEngine : std::uint8_t { kSqlite, kPostgres, kCitus, kCockroach, kYugabyte };

// The word for it, e.g. "citus".
[[nodiscard]] std::string_view name_of(SchemaEngine engine);
[[nodiscard]] std::optional<SchemaEngine> engine_named(std::string_view name);
[[nodiscard]] std::vector<std::string> engine_names();

struct SchemaChange {
  std::int64_t version = 0;
  std::string name;
};

struct SchemaState {
  SchemaEngine engine = SchemaEngine::kSqlite;
  std::int64_t version = 0;  // 0: no tables yet
  std::int64_t newest = 0;   // what this program brings a schema to
  std::vector<SchemaChange> pending;
};

// All changes from nothing on, for a database client; may be run again, also over a part.
[[nodiscard]] std::string schema_script(SchemaEngine engine);

// The file, which may be absent, is not changed. Errors (kConfiguration) as open_sqlite().
[[nodiscard]] base::Result<SchemaState> sqlite_schema(const std::string& path);

// Makes the file (mode 0600) in a folder that exists, or brings it up to date. Errors as above.
[[nodiscard]] base::Status migrate_sqlite(const std::string& path);

struct PostgresSchemaOptions {
  std::string url;
  // What the database is taken for. Absent: as it was set up, else what it says that it is.
  std::optional<SchemaEngine> engine = {};
  bool pooled = false;  // as in PostgresOptions
  // How long to wait for another program that is changing the schema, and for locks.
  std::chrono::milliseconds patience = std::chrono::minutes(10);
};

// Changes nothing. Errors (kConfiguration) as open_postgres(), or an engine that the database is
// not.
[[nodiscard]] base::Result<SchemaState> postgres_schema(const PostgresSchemaOptions& options);

// Brings the schema up to date, and its distribution over the machines of an engine that has any.
// Errors as above. What was done before an error stays, and the next call goes on from there.
[[nodiscard]] base::Status migrate_postgres(const PostgresSchemaOptions& options);

}  // namespace muster::store
