#include "store/postgres/schema_script.h"

#include <algorithm>

#include "store/postgres/ddl.h"
#include "store/postgres/schema_table.h"

namespace muster::store::postgres {
namespace {

void add(std::string& script, const std::string& statement) {
  script += statement + ";\n";
}

}  // namespace

std::string schema_script(SchemaEngine engine, History history) {
  std::int64_t works_with = 0;
  for (const Migration& migration : history) works_with = std::max(works_with, known_to(migration));
  std::string script = "-- Muster's schema for " + std::string(name_of(engine)) + ", version " +
                       std::to_string(history.back().version) +
                       ".\n-- May be run again. No statement needs a transaction around it.\n\n";
  for (const std::string& statement : schema_table_statements(engine)) add(script, statement);
  add(script, begin_statement(engine, history.back().version, works_with));
  for (const Migration& migration : history) {
    script += "\n-- Version " + std::to_string(migration.version) + ": " +
              std::string(migration.name) + ".\n";
    const auto statements = statements_for(engine, migration.sql);
    if (!statements) return {};  // a test translates the history for every engine
    for (const Ddl& statement : *statements) add(script, statement.sql);
    add(script, finish_statement(migration.version, migration.name, known_to(migration)));
  }
  return script;
}

}  // namespace muster::store::postgres
