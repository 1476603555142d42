// What a payload takes from files and from digests as people write them. All reading of files
// happens here, once, when the settings are loaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::enrollment {

// The 32 octets of a SHA-256 digest written in hex (colons allowed), base64 or base64url.
// kConfiguration with a message that says what the text probably is, e.g. a SHA-1 or a digest
// mangled by a shell that took it for text.
[[nodiscard]] base::Result<std::string> read_digest(std::string_view text);

// A file of at most 64 KiB, which is far more than a QR code holds.
[[nodiscard]] base::Result<std::string> read_small_file(const std::string& path);

// DER of the one X.509 certificate in `octets`, PEM or DER. nullopt if there is none or more than
// one. Only the outer form is looked at.
[[nodiscard]] std::optional<std::string> one_certificate(std::string_view octets);

}  // namespace muster::enrollment
