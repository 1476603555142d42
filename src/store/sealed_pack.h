// The octets that are sealed in a row: the sealed properties of a record by name and length, so
// that properties can be added to the model and moved in it while rows exist.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/record.h"

namespace muster::store {

// Appends those properties of `record` that are in `properties` and not null.
void pack(std::string& out, const edm::Record& record, edm::PropertyMask properties);

// Sets those of `properties` in `record`; null if they are not in `packed`. kInternal if the octets
// are not what pack() writes for this type.
[[nodiscard]] base::Status unpack(std::string_view packed, edm::PropertyMask properties,
                                  edm::Record& record);

}  // namespace muster::store
