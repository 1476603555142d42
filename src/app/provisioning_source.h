// What a device learns from the QR code it scans, for commands that stand in for a device.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace muster::app {

// Of one profile, or of several of one tenant.
struct Provisioning {
  std::string est_url;
  std::string ca_pin;                // 32 octets; empty if there is none
  std::vector<base::Secret> tokens;  // one a payload
};

// Of the text of payloads, each on a line of its own if they are several. kConfiguration, saying
// what is missing, or that they lead to different places.
[[nodiscard]] base::Result<Provisioning> read_provisioning(std::string_view payloads);

// `source`: the text itself, the name of a file with it or with a PNG picture of the QR code, or
// "-" for such a file on standard input.
[[nodiscard]] base::Result<Provisioning> find_provisioning(const std::string& source);

}  // namespace muster::app
