// Tenants and applications of the store as authentication sees them.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/application_directory.h"
#include "base/clock.h"
#include "store/store.h"

namespace muster::app {

// Thread-safe. What is known of a tenant's existence is believed for a second: every new token
// asks.
class Directory final : public auth::ApplicationDirectory {
 public:
  Directory(store::Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}
  [[nodiscard]] base::Result<std::optional<auth::Application>> find(
      std::string_view tenant, std::string_view client_id) override;
  [[nodiscard]] base::Result<bool> tenant_exists(std::string_view tenant) override;

 private:
  struct Known {
    bool exists;
    base::Timestamp until;
  };
  store::Store& store_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace muster::app
