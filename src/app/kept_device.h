// Keys and certificates of simulated devices as PEM files, for other tools to go on with.
#pragma once

#include <string>

#include "app/est_client.h"
#include "base/result.h"

namespace muster::app {

// Makes the folder, for its owner alone, and gives the authority's certificates as PEM.
// kConfiguration when it cannot be made, kUnavailable when there is no answer that can be used.
[[nodiscard]] base::Result<std::string> chain_to_keep(EstClient& client, const std::string& folder);

// Writes FOLDER/NAME.key.pem (mode 0600), NAME.cert.pem and NAME.chain.pem. kConfiguration when
// that fails.
[[nodiscard]] base::Status keep_device(const std::string& folder, const std::string& name,
                                       const DeviceIdentity& identity, const std::string& chain);

}  // namespace muster::app
