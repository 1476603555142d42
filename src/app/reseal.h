// Values that are sealed under older data keys, sealed anew under the newest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace muster::app {

struct ResealCounts {
  std::size_t rows = 0;      // that have sealed values
  std::size_t resealed = 0;  // that were under another key
};

// Tenant by tenant, a page of rows in one write; rows that are under `newest` already are read and
// left alone, so a run that was broken off goes on where it was. The vault of `store` seals under
// `newest`. `progress` is told of tenants that are done, of all. Changes no version of an entity.
[[nodiscard]] base::Result<ResealCounts> reseal(
    store::Store& store, std::uint32_t newest,
    const std::function<void(std::size_t done, std::size_t all)>& progress);

// Where a value is that is sealed under the key, in words; nullopt when there is none.
[[nodiscard]] base::Result<std::optional<std::string>> find_sealed_under(store::Store& store,
                                                                         std::uint32_t number);

}  // namespace muster::app
