// How PostgreSQL and what speaks its protocol spell what engines spell differently.
#pragma once

#include "store/condition.h"

namespace muster::store::postgres {

[[nodiscard]] const Dialect& dialect();

}  // namespace muster::store::postgres
