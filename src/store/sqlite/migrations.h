// The schema's history. Each step is SQL that was written by hand and never changes again; the
// model only checks the outcome.
#pragma once

#include <string>

#include "base/result.h"
#include "store/schema.h"
#include "store/sqlite/connection.h"

namespace muster::store::sqlite {

// Brings the file up to date in one transaction, or leaves it as it was, and compares the outcome
// with the model. `path` is for messages. Errors (kConfiguration, naming the file): written by a
// newer version (both are named), no database of Muster's, other columns than the model's, or not
// writable.
[[nodiscard]] base::Status migrate(Connection& connection, const std::string& path);

// Changes nothing: kConfiguration unless the file has the schema that migrate() brings it to.
[[nodiscard]] base::Status expect_migrated(Connection& connection, const std::string& path);

// The version that migrate() brings a file to.
[[nodiscard]] int newest_version();

// The schema that the file has, 0 for a file without tables. Errors as migrate() for a file of
// another program or of a newer version.
[[nodiscard]] base::Result<int> schema_of(Connection& connection, const std::string& path);

// What migrate() would do with a file of that version.
[[nodiscard]] SchemaState state_of(int version);

// All changes as a script for an empty file.
[[nodiscard]] std::string schema_script();

}  // namespace muster::store::sqlite
