// `muster check-config`: what serve would make of the settings, and what a device would refuse.
#pragma once

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

// Prints what it finds, grouped; changes nothing. kConfiguration when something is an error.
[[nodiscard]] base::Status run_check_config(const Settings& settings, const base::Clock& clock);

}  // namespace muster::app
