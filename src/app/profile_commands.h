// `muster profile …`: enrolment profiles over the HTTP API. Each prints its result.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct ProfileOptions {
  std::string id = {};
  std::string name = {};
  std::string description = {};
  std::chrono::seconds validity{0};  // 0: the service's default
  std::string format = {};           // qr: terminal, png, svg; poster: pdf, svg; empty: the usual
  std::string paper = "a4";          // or letter
  std::string out = {};              // file; empty: standard output
  bool json = false;
  // Of the policy; what is not set stays as it is.
  std::optional<std::uint32_t> token_usage_limit = {};
  std::string approval = {};         // notRequired, required
  std::string key_attestation = {};  // off, prefer, require
};

[[nodiscard]] base::Status run_profile_create(const Settings& settings,
                                              const ProfileOptions& options,
                                              const base::Clock& clock);
[[nodiscard]] base::Status run_profile_list(const Settings& settings, const ProfileOptions& options,
                                            const base::Clock& clock);
[[nodiscard]] base::Status run_profile_show(const Settings& settings, const ProfileOptions& options,
                                            const base::Clock& clock);
[[nodiscard]] base::Status run_profile_qr(const Settings& settings, const ProfileOptions& options,
                                          const base::Clock& clock);
[[nodiscard]] base::Status run_profile_poster(const Settings& settings,
                                              const ProfileOptions& options,
                                              const base::Clock& clock);
[[nodiscard]] base::Status run_profile_token(const Settings& settings,
                                             const ProfileOptions& options,
                                             const base::Clock& clock);
[[nodiscard]] base::Status run_profile_revoke(const Settings& settings,
                                              const ProfileOptions& options,
                                              const base::Clock& clock);
// Changes what is given and prints the whole policy.
[[nodiscard]] base::Status run_profile_policy(const Settings& settings,
                                              const ProfileOptions& options,
                                              const base::Clock& clock);
[[nodiscard]] base::Status run_profile_delete(const Settings& settings,
                                              const ProfileOptions& options,
                                              const base::Clock& clock);

}  // namespace muster::app
