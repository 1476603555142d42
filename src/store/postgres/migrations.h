// The schema's history in PostgreSQL. Each step is SQL that was written by hand and never changes
// again; the model only checks the outcome.
#pragma once

#include "base/result.h"
#include "store/postgres/connection.h"

namespace muster::store::postgres {

// Brings the schema that the connection is in up to date in one transaction, or leaves it as it
// was, and compares the outcome with the model. Nodes that do so at once follow each other. Errors
// (kConfiguration): written by a newer version (both are named), other columns than the model's, or
// not writable.
[[nodiscard]] base::Status migrate(Connection& connection);

// Changes nothing: kConfiguration unless the schema is the one that migrate() brings it to.
[[nodiscard]] base::Status expect_migrated(Connection& connection);

}  // namespace muster::store::postgres
