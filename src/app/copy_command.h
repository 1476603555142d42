// `muster copy`: an installation's records from one store to another, e.g. from the file to
// PostgreSQL, while the service runs; docs/decisions/0018-copy.md says why it works as it does.
#pragma once

#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct CopyOptions {
  std::string from = {};  // CopySide::parse
  std::string to = {};
  bool finish = false;   // the last pass: the service is stopped
  bool verify = false;   // compares, writes nothing
  bool replace = false;  // also a destination that is in use or has other tenants
  bool json = false;
};

// Makes the destination what the source is at one moment after the call, compares both and prints
// what they hold. A destination that was begun goes on from where it ended; until a pass with
// `finish` found both the same, nobody can serve it. kConfiguration, naming the side, set, tenant
// and key, for whatever fails or differs.
[[nodiscard]] base::Status run_copy(const Settings& settings, const CopyOptions& options,
                                    const base::Clock& clock);

}  // namespace muster::app
