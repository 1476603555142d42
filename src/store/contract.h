// Keeps callers and engines to the contract of store.h. Every store is handed out inside this
// wrapper, in the product as in tests: a breach is a bug, is reported as kInternal naming the rule,
// and changes nothing.
#pragma once

#include <memory>

#include "store/store.h"

namespace muster::store {

// Checked of callers: tenants are UUIDs in lower case, keys of UUID type likewise; inserted and
// updated records are of the set's type, whole, with values of the right types within the limits of
// the model; a write touches no tenant but its own; a page resumes after a key. Checked of engines:
// records have what was asked for and no more, pages are sorted, no larger than asked for and of
// the right type; only errors of the contract come out; a completion is called once.
[[nodiscard]] std::unique_ptr<Store> with_contract(std::unique_ptr<Store> engine);

}  // namespace muster::store
