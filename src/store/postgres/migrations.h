// The schema's history in PostgreSQL, and how a database is brought up to it while programs of
// other versions work on it. Each step is SQL that was written by hand and never changes again;
// the model only checks the outcome. docs/decisions/0017-schema-changes.md has the rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "store/postgres/connection.h"
#include "store/postgres/schema_check.h"
#include "store/schema.h"

namespace muster::store::postgres {

struct Migration {
  std::int64_t version;
  std::string_view name;
  const char* sql;  // in the forms that ddl.h knows
  // The lowest version that a program may know and yet work with the schema that this makes, also
  // while it is being made. 0: this version.
  std::int64_t works_with = 0;
};
[[nodiscard]] constexpr std::int64_t known_to(const Migration& migration) {
  return migration.works_with == 0 ? migration.version : migration.works_with;
}
// By version, without gaps, from 1.
using History = std::span<const Migration>;

// That of this program.
[[nodiscard]] History built_in_history();

// What a program knows of the schema. Tests have programs of other versions.
struct Program {
  History history = built_in_history();
  base::Status (*check)(Connection&, SchemaAge) = check_tables;  // against its model
};

struct MigrateOptions {
  // Its patience is how long to wait for another program that is changing the schema, and for
  // locks of those that work.
  ConnectionOptions connecting;
  std::optional<SchemaEngine> engine = {};  // absent: as remembered, else as the database says
  bool distribute_again = false;            // also tables that are there; for engines that do so
  Program program = {};
  // Turns in which a lock is asked for that would make everybody wait behind it.
  std::chrono::milliseconds lock_turn{2'000};
};

// Brings the schema up to date and compares the outcome with the model. Nodes that do so at once
// follow each other, and those that serve go on. In an empty database of PostgreSQL itself it is
// one transaction; otherwise what was done before an error stays, and the next call goes on. A
// schema that is newer than the program, or is being made so, is taken if it says that programs of
// this version work with it, and no column needs a value that this program does not know of.
// Errors (kConfiguration): of too new a version (both are named), other columns than the model's,
// another engine than asked for, or not writable.
[[nodiscard]] base::Status migrate(const MigrateOptions& options);

// What migrate() would do. Errors as migrate().
[[nodiscard]] base::Result<SchemaState> schema_state(const MigrateOptions& options);

// Changes nothing: kConfiguration unless the schema is the one that migrate() brings it to.
[[nodiscard]] base::Status expect_migrated(const MigrateOptions& options);

}  // namespace muster::store::postgres
