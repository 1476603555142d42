// `muster ca …`: the certificate authority of a tenant, on the data directory, also beside a
// running server, which sees the change within a second.
#pragma once

#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct CaOptions {
  std::string certificate = {};  // PEM file of the issuing certificate
  std::string key = {};          // PEM file of its key, or a PKCS#11 URI
  std::string root = {};         // PEM file of the root
  bool json = false;
};

// Makes the first generation when there is none, as the first device would.
[[nodiscard]] base::Status run_ca_show(const Settings& settings, const CaOptions& options,
                                       const base::Clock& clock);
// The tenant's roots and issuing certificates, PEM, the newest first.
[[nodiscard]] base::Status run_ca_export(const Settings& settings, const CaOptions& options,
                                         const base::Clock& clock);
[[nodiscard]] base::Status run_ca_replace(const Settings& settings, const CaOptions& options,
                                          const base::Clock& clock);
[[nodiscard]] base::Status run_ca_import(const Settings& settings, const CaOptions& options,
                                         const base::Clock& clock);

}  // namespace muster::app
