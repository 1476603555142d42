// What it takes for a record to be storable: the rules by which contract.h judges callers.
#pragma once

#include <optional>
#include <string>

#include "edm/record.h"

namespace muster::store {

// Which rule `record` breaks, for the message; nullopt if it is a whole record of `set`: every
// property present, of its type, within its limits, null only where the model says so, without
// members that were not sent.
[[nodiscard]] std::optional<std::string> breach_of(const edm::EntitySet& set,
                                                   const edm::Record& record);

}  // namespace muster::store
