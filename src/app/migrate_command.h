// muster migrate: the schema of the store, looked at, changed or printed. Results go to standard
// output.
#pragma once

#include <string>

#include "app/settings.h"
#include "base/result.h"

namespace muster::app {

struct MigrateCommand {
  std::string engine = {};  // as store::engine_named(); empty: found from the settings
  bool print = false;       // the whole schema as a script; nothing is opened
  bool dry_run = false;     // say what would be done
  bool json = false;
};

// Secrets are not touched, so no key is needed. kConfiguration when the store is not of that
// engine, is too new, or cannot be changed.
[[nodiscard]] base::Status run_migrate(const Settings& settings, const MigrateCommand& command);

}  // namespace muster::app
