// The history of the schema as a script for psql and its like.
#pragma once

#include <string>

#include "store/postgres/migrations.h"

namespace muster::store::postgres {

// From nothing to the newest version; may be run again, and after an interruption.
[[nodiscard]] std::string schema_script(SchemaEngine engine, History history);

}  // namespace muster::store::postgres
