#include "store/sqlite/migrations.h"

#include <array>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edm/system_model.h"
#include "store/row_layout.h"

namespace muster::store::sqlite {
namespace {

struct Migration {
  int version;
  std::string_view name;
  const char* sql;
};

constexpr std::array kMigrations = {
    Migration{
        1,
        "initial",
#include "store/sqlite/migrations/0001_initial.sql"
    },
    Migration{
        2,
        "versions",
#include "store/sqlite/migrations/0002_versions.sql"
    },
    Migration{
        3,
        "folded display names",
#include "store/sqlite/migrations/0003_folded_display_names.sql"
    },
    Migration{
        4,
        "graph sets",
#include "store/sqlite/migrations/0004_graph_sets.sql"
    },
    Migration{
        5,
        "repeatable requests",
#include "store/sqlite/migrations/0005_repeatable_requests.sql"
    },
    Migration{
        6,
        "device plane",
#include "store/sqlite/migrations/0006_device_plane.sql"
    },
    Migration{
        7,
        "store copies",
#include "store/sqlite/migrations/0007_store_copies.sql"
    },
    Migration{
        8,
        "data keys",
#include "store/sqlite/migrations/0008_data_keys.sql"
    },
};
constexpr int kNewest = kMigrations.back().version;

// "Mstr": marks the file for file(1) and keeps Muster from writing into another program's database.
constexpr std::string_view kApplicationId = "1299412082";

base::Error refuse(const std::string& path, const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, "Database '" + path + "': " + why, path);
}

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

std::string record_of(const Migration& migration) {
  return "INSERT INTO schema_version (version, name) VALUES (" + std::to_string(migration.version) +
         ", " + quoted(migration.name) + ")";
}

std::string mark_of_file() {
  return "PRAGMA application_id = " + std::string(kApplicationId);
}

base::Status apply(Connection& connection, const Migration& migration) {
  MUSTER_TRY(connection.execute(migration.sql));
  return connection.execute(record_of(migration).c_str());
}

std::string_view sql_type(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kInteger:
      return "INTEGER";
    case ColumnKind::kText:
      return "TEXT";
    case ColumnKind::kBlob:
      break;
  }
  return "BLOB";
}

std::string describe(const Column& column) {
  return column.name + " " + std::string(sql_type(column.kind)) +
         (column.nullable ? "" : " NOT NULL");
}

base::Result<std::vector<std::string>> live_columns(Connection& connection,
                                                    std::string_view table) {
  Statement statement = MUSTER_TRY(connection.prepare(
      "SELECT name || ' ' || type || iif(\"notnull\", ' NOT NULL', '') FROM pragma_table_info(" +
      quoted(table) + ") ORDER BY cid"));
  std::vector<std::string> columns;
  while (MUSTER_TRY(statement.step()) == Step::kRow) {
    columns.emplace_back(statement.column(0).octets);
  }
  return columns;
}

base::Status check_table(Connection& connection, const edm::EntitySet& set,
                         const std::string& path) {
  std::vector<std::string> live = MUSTER_TRY(live_columns(connection, set.table));
  const std::string where = "table " + std::string(set.table);
  if (live.empty()) return refuse(path, where + " is missing.");
  for (const Column& column : layout_of(set).columns) {
    const std::string wanted = describe(column);
    if (std::erase(live, wanted) == 1) continue;
    return refuse(path, std::string(where).append(" lacks '").append(wanted).append("'."));
  }
  if (live.empty()) return base::done();
  return refuse(path, where + " has '" + live.front() + "', which this program does not know.");
}

base::Status check_tables(Connection& connection, const std::string& path) {
  for (const edm::EntitySet* set : edm::stored_sets()) {
    MUSTER_TRY(check_table(connection, *set, path));
  }
  return base::done();
}

base::Status migrate_within(Connection& connection, const std::string& path) {
  const int version = MUSTER_TRY(schema_of(connection, path));
  if (version == 0) {
    MUSTER_TRY(connection.execute(mark_of_file().c_str()));
  }
  for (const Migration& migration : kMigrations) {
    if (migration.version > version) MUSTER_TRY(apply(connection, migration));
  }
  return check_tables(connection, path);
}

}  // namespace

int newest_version() {
  return kNewest;
}

base::Result<int> schema_of(Connection& connection, const std::string& path) {
  const std::string tables = MUSTER_TRY(connection.text_of("SELECT count(*) FROM sqlite_schema"));
  if (tables == "0") return 0;
  if (MUSTER_TRY(connection.text_of("PRAGMA application_id")) != kApplicationId) {
    return refuse(path, "it is not a database of Muster's.");
  }
  const std::string text =
      MUSTER_TRY(connection.text_of("SELECT max(version) FROM schema_version"));
  int version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  if (version > kNewest) {
    return refuse(path,
                  "it has schema version " + text + ", but this program knows versions up to " +
                      std::to_string(kNewest) +
                      " only. Use the newer program again; the way back to this one is a backup "
                      "that was made before the upgrade.");
  }
  return version;
}

base::Status expect_migrated(Connection& connection, const std::string& path) {
  const int version = MUSTER_TRY(schema_of(connection, path));
  if (version == kNewest) return check_tables(connection, path);
  if (version == 0) return refuse(path, "it has no tables.");
  return refuse(path, "it has schema version " + std::to_string(version) + ", this program's is " +
                          std::to_string(kNewest) +
                          ". Start the service of this version on it first: that changes it.");
}

SchemaState state_of(int version) {
  SchemaState state{
      .engine = SchemaEngine::kSqlite, .version = version, .newest = kNewest, .pending = {}};
  for (const Migration& migration : kMigrations) {
    if (migration.version <= version) continue;
    state.pending.push_back({migration.version, std::string(migration.name)});
  }
  return state;
}

std::string schema_script() {
  std::string script = "-- Muster's schema for sqlite, version " + std::to_string(kNewest) +
                       ", for an empty file.\n\nBEGIN;\n" + mark_of_file() + ";\n";
  for (const Migration& migration : kMigrations) {
    script += "\n-- Version " + std::to_string(migration.version) + ": " +
              std::string(migration.name) + "." + migration.sql + record_of(migration) + ";\n";
  }
  return script + "\nCOMMIT;\n";
}

base::Status migrate(Connection& connection, const std::string& path) {
  const auto run = [&]() -> base::Status {
    // Immediate: of two processes that start at once, the second finds the first one's work.
    MUSTER_TRY(connection.execute("BEGIN IMMEDIATE"));
    MUSTER_TRY(migrate_within(connection, path));
    return connection.execute("COMMIT");
  };
  base::Status status = run();
  if (status.ok()) return status;
  if (connection.in_transaction()) static_cast<void>(connection.execute("ROLLBACK"));
  if (status.error().code == base::ErrorCode::kConfiguration) return status;
  return refuse(path, status.error().message);
}

}  // namespace muster::store::sqlite
