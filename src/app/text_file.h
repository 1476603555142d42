// Files that settings and options name.
#pragma once

#include <optional>
#include <string>

namespace muster::app {

// The whole file; nullopt when it cannot be read.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path);

}  // namespace muster::app
