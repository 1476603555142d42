// muster keys: the keys under which secrets are sealed; beside a running service too.
#pragma once

#include <cstdint>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct KeyOptions {
  std::uint32_t number = 0;
  bool json = false;
};

[[nodiscard]] base::Status run_keys_list(const Settings& settings, const KeyOptions& options,
                                         const base::Clock& clock);
// Wraps the data keys under the first of the key_encryption_keys.
[[nodiscard]] base::Status run_keys_rotate_kek(const Settings& settings, const KeyOptions& options,
                                               const base::Clock& clock);
// Makes a data key.
[[nodiscard]] base::Status run_keys_rotate(const Settings& settings, const KeyOptions& options,
                                           const base::Clock& clock);
[[nodiscard]] base::Status run_keys_reseal(const Settings& settings, const KeyOptions& options,
                                           const base::Clock& clock);
// Removes a data key under which nothing is sealed.
[[nodiscard]] base::Status run_keys_retire(const Settings& settings, const KeyOptions& options,
                                           const base::Clock& clock);
// Replaces the signing keys of the token service: tokens from before are refused.
[[nodiscard]] base::Status run_keys_renew_signing(const Settings& settings,
                                                  const KeyOptions& options,
                                                  const base::Clock& clock);

}  // namespace muster::app
