// `muster profile …`: enrolment profiles over the HTTP API. Each prints its result.
#pragma once

#include <chrono>
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
[[nodiscard]] base::Status run_profile_delete(const Settings& settings,
                                              const ProfileOptions& options,
                                              const base::Clock& clock);

}  // namespace muster::app
