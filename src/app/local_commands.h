// Commands that work on the data directory, with or without a running server: token, app, tenant.
// Each prints its result to standard output.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct TokenOptions {
  std::vector<std::string> roles = {};   // app-only token
  std::vector<std::string> scopes = {};  // delegated token
  std::chrono::seconds expires{0};       // 0: the setting access_token_life
};
// Prints a bearer token and nothing else. Without roles and scopes the token may read and write
// everything.
[[nodiscard]] base::Status run_token(const Settings& settings, const TokenOptions& options,
                                     const base::Clock& clock);

struct AppOptions {
  std::string name = {};
  std::vector<std::string> roles = {};
  std::string client_id = {};
  bool json = false;
};
[[nodiscard]] base::Status run_app_create(const Settings& settings, const AppOptions& options,
                                          const base::Clock& clock);
[[nodiscard]] base::Status run_app_list(const Settings& settings, const AppOptions& options,
                                        const base::Clock& clock);
[[nodiscard]] base::Status run_app_delete(const Settings& settings, const AppOptions& options,
                                          const base::Clock& clock);

struct TenantOptions {
  std::string name = {};
  std::string label = {};
  bool json = false;
};
[[nodiscard]] base::Status run_tenant_create(const Settings& settings, const TenantOptions& options,
                                             const base::Clock& clock);
[[nodiscard]] base::Status run_tenant_list(const Settings& settings, const TenantOptions& options,
                                           const base::Clock& clock);

}  // namespace muster::app
