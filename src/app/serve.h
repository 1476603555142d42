// `muster serve`.
#pragma once

#include <functional>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

// Serves until told to stop. `read_settings` reads them again for SIGHUP.
[[nodiscard]] base::Status run_serve(const Settings& settings,
                                     const std::function<base::Result<Settings>()>& read_settings,
                                     const base::Clock& clock);

}  // namespace muster::app
