// UUIDs as stores keep them. Keys are exact: only the lower-case text form has a row, so that
// another spelling of the same number finds nothing, as with every other key.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace muster::store {

using UuidKey = std::array<char, 16>;

// nullopt unless `text` is 8-4-4-4-12 lower-case hex digits (RFC 9562 §4).
[[nodiscard]] std::optional<UuidKey> uuid_key(std::string_view text);

}  // namespace muster::store
