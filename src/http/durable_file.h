// Small files that are either the old or the new ones after a crash, never half of each.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::http {

// Writes a new file beside `path`, syncs it, renames it over `path`, syncs the folder. `secret`
// files have mode 0600 from the first octet on, others 0644. kConfiguration, naming the file.
[[nodiscard]] base::Status replace_file(const std::string& path, std::string_view content,
                                        bool secret);

// Empty when the file does not exist. kConfiguration when it cannot be read.
[[nodiscard]] base::Result<std::string> read_file_if_any(const std::string& path);

}  // namespace muster::http
