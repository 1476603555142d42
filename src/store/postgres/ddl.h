// Frozen SQL of migrations in the words of each engine. One text is the source of all of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/schema.h"

namespace muster::store::postgres {

// A statement that may be run again. Each is run by itself, outside of a transaction.
struct Ddl {
  enum class Kind : std::uint8_t {
    kMake,        // makes what nobody uses yet
    kChange,      // takes a lock that stops everybody, for a moment: to be asked for in short turns
    kIndex,       // indexes a table that is in use and stops nobody, however long it takes
    kDistribute,  // spreads a table over machines
  };
  Kind kind = Kind::kMake;
  std::string sql;    // without a semicolon
  std::string index;  // what a kIndex makes
};

// What the SQL of a migration comes to. It consists of CREATE TABLE, CREATE INDEX, ALTER TABLE ...
// ADD COLUMN or DROP COLUMN, DROP TABLE and DROP INDEX, each begun so in capitals; comments are
// from -- to the end of a line, and there is a semicolon after each statement and nowhere else.
// kInternal for other SQL.
[[nodiscard]] base::Result<std::vector<Ddl>> statements_for(SchemaEngine engine,
                                                            std::string_view sql);

// Statements of SQL of that form, without comments.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view sql);

// Citus: keeps a table on every machine, where it is not kept so already.
[[nodiscard]] std::string copy_everywhere(std::string_view table);

}  // namespace muster::store::postgres
