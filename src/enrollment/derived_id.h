// Keys of rows that are found again without looking for them, because they follow from what the row
// is about.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/vault.h"

namespace muster::enrollment {

// A UUID (RFC 9562 §5.8) made of `parts` under a key of the tenant, so that it says nothing about
// them to others. `purpose` keeps ids of different things apart.
[[nodiscard]] std::string derived_id(const base::Vault& vault, std::string_view tenant,
                                     std::string_view purpose,
                                     std::initializer_list<std::string_view> parts);

}  // namespace muster::enrollment
