// Files that hold one key: 32 octets, for their owner alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::base {

inline constexpr std::size_t kKeySize = 32;

// nullopt when there is no such file. It holds 32 octets, or the same in hex or base64 and a
// newline. kConfiguration, naming the file: anything else, readable by others, cannot be read.
[[nodiscard]] Result<std::optional<std::string>> read_key_file(const std::string& path);

// The key of the file, which is made (mode 0600, synced before use) if it does not exist: all that
// start at once get the same. Errors as above, and when it cannot be written.
[[nodiscard]] Result<std::string> ensure_key_file(const std::string& path);

// The key that a text stands for: 64 hex digits or base64 of 32 octets, blanks around it ignored.
[[nodiscard]] std::optional<std::string> parse_key(std::string_view text);

// Overwrites a key that is no longer needed.
void wipe_key(std::string& key);

}  // namespace muster::base
