// How SQLite spells what engines spell differently.
#pragma once

#include "store/condition.h"

namespace muster::store::sqlite {

[[nodiscard]] const Dialect& dialect();

}  // namespace muster::store::sqlite
