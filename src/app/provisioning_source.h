// What a device learns from the QR code it scans, for commands that stand in for a device.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace muster::app {

struct Provisioning {
  std::string est_url;
  std::string ca_pin;  // 32 octets; empty if there is none
  base::Secret token;
};

// Of the text of a payload. kConfiguration, saying what is missing.
[[nodiscard]] base::Result<Provisioning> read_provisioning(std::string_view payload);

// `source`: the text itself, the name of a file with it or with a PNG picture of the QR code, or
// "-" for such a file on standard input.
[[nodiscard]] base::Result<Provisioning> find_provisioning(const std::string& source);

}  // namespace muster::app
