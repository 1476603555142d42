// Reads QR codes from pictures.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::app {

// The text of the one QR code in a PNG of at most 64 million pixels; nullopt when there is none or
// more than one, or the file is broken.
[[nodiscard]] std::optional<std::string> read_qr_code(std::string_view png);

}  // namespace muster::app
