// Settings from their sources. A flag beats the environment, the environment the file, the file the
// default. Reading never stops at the first fault.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/settings.h"
#include "base/result.h"

namespace muster::app {

struct SettingSources {
  // Name of the setting (snake_case) and its text, in order; a list has one entry for each item.
  std::vector<std::pair<std::string, std::string>> flags = {};
  // "MUSTER_…" and its value. Lists are separated by commas; an empty value is as good as none.
  std::vector<std::pair<std::string, std::string>> environment = {};
};

// The variables of this process that begin with MUSTER_.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> environment_variables();

// kConfiguration with one detail for each fault, in the order of the file, then environment, flags
// and contradictions between settings. Adds the built-in payload profile `default` when the file
// defines none of that name. Reads the file again at each call, so it serves SIGHUP too.
[[nodiscard]] base::Result<Settings> read_settings(const SettingSources& sources);

}  // namespace muster::app
