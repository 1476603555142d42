// Everything in a payload profile that a device would refuse or misread, found before a code is
// printed. Used when settings are loaded (errors stop the start) and by `muster check-config`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "enrollment/payload_profile.h"
#include "enrollment/provisioning.h"

namespace muster::enrollment {

enum class Severity : std::uint8_t {
  kError,    // a device refuses the payload or does something else than asked
  kWarning,  // works, but hardly as meant
  kHint,     // a limit worth knowing
};

[[nodiscard]] std::string_view severity_name(Severity severity);

// `message` is one or two sentences and never holds a secret.
struct Finding {
  Severity severity;
  std::string setting;
  std::string message;
};

struct CheckOptions {
  PayloadContext context;         // what the payload will hold besides the profile
  std::size_t token_length = 20;  // characters of the tokens that will be issued
  // Time zone names are looked up here if the directory exists.
  std::filesystem::path zoneinfo = "/usr/share/zoneinfo";
};

// Findings grouped by topic, those on the whole payload last. Empty: nothing to say.
[[nodiscard]] std::vector<Finding> check(const PayloadProfile& profile,
                                         const CheckOptions& options = {});

[[nodiscard]] bool has_error(const std::vector<Finding>& findings);

// Symbols above the first are hard to read for a cheap camera, above the second they are refused:
// versions of the QR code at error correction M.
inline constexpr int kDenseVersion = 20;
inline constexpr int kMaxPayloadVersion = 25;

}  // namespace muster::enrollment
