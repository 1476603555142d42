// Whether the tables of the database are those of the model.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "store/postgres/connection.h"

namespace muster::store::postgres {

// kNewer: made for programs that know more. Columns that this one does not know are no fault then,
// if a row without them is complete.
enum class SchemaAge : std::uint8_t { kOurs, kNewer };

// kConfiguration naming the table and the column.
[[nodiscard]] base::Status check_tables(Connection& connection, SchemaAge age);

// A refusal of the database as it is: kConfiguration.
[[nodiscard]] base::Error refuse_database(const std::string& why);

}  // namespace muster::store::postgres
