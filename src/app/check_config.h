// `muster check-config`: what serve would make of the settings, and what a device would refuse.
#pragma once

#include <iosfwd>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

// Writes what it finds to `out`, grouped, one line each; "ok" when nothing is to say. Reads files
// (certificate, key, JWK sets, those of payload profiles, the vault's key if there is one), makes
// and changes none, and calls nobody. kConfiguration when something would stop serve or a device.
[[nodiscard]] base::Status check_config(const Settings& settings, const base::Clock& clock,
                                        std::ostream& out);

}  // namespace muster::app
