// The registered applications (`muster app create`) as the token endpoint sees them. Implemented
// over Muster's store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster::auth {

struct Application {
  std::string client_id;  // lower-case GUID
  std::string tenant;     // lower-case GUID
  std::string name;
  std::string secret_hash;         // of hash_client_secret()
  std::vector<std::string> roles;  // permission names
  std::string object_id = {};      // empty: one is derived from tenant and client_id
  bool enabled = true;
};

// Calls may block and may come from any thread, also at the same time.
class ApplicationDirectory {
 public:
  virtual ~ApplicationDirectory() = default;
  // Both identifiers in lower case. nullopt if the tenant has no such application.
  [[nodiscard]] virtual base::Result<std::optional<Application>> find(
      std::string_view tenant, std::string_view client_id) = 0;
  [[nodiscard]] virtual base::Result<bool> tenant_exists(std::string_view tenant) = 0;
};

}  // namespace muster::auth
