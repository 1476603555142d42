// The settings file (TOML). The only unit that knows the TOML library.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"
#include "base/error.h"

namespace muster::app {

// Lays the file over `settings` and adds to `given` the names of settings it holds. Every fault is
// appended to `faults` as "path:line: …", with the setting as target: a file that cannot be read or
// parsed (then the only fault), unknown keys (with the nearest known one), values of a wrong type
// or out of bounds. Relative paths in the file are taken from the file's folder.
void read_settings_file(const std::string& path, Settings& settings, std::set<std::string>& given,
                        std::vector<base::ErrorDetail>& faults);

// The same of text that is at hand; `path` is for messages and for relative paths.
void read_settings_text(std::string_view text, const std::string& path, Settings& settings,
                        std::set<std::string>& given, std::vector<base::ErrorDetail>& faults);

}  // namespace muster::app
