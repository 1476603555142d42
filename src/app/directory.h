// Tenants and applications of the store as authentication sees them.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "auth/application_directory.h"
#include "base/clock.h"
#include "store/store.h"

namespace muster::app {

// Thread-safe. What is known of a tenant's existence is believed for a second: every new token
// asks. What is known of an application's existence is read again by refresh(), for every request
// asks.
class Directory final : public auth::ApplicationDirectory {
 public:
  Directory(store::Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}
  [[nodiscard]] base::Result<std::optional<auth::Application>> find(
      std::string_view tenant, std::string_view client_id) override;
  [[nodiscard]] base::Result<bool> tenant_exists(std::string_view tenant) override;

  // From memory when the application was asked for within the last minute.
  [[nodiscard]] base::Result<bool> application_exists(std::string_view tenant,
                                                      std::string_view client_id);
  // Looks again at what application_exists() answers from memory. To be called twice a second.
  // While the store cannot be read, what was known last holds: nothing is served without it.
  [[nodiscard]] base::Status refresh();

 private:
  using ApplicationKey = std::pair<std::string, std::string>;  // tenant, client id
  struct KnownApplication {
    bool exists;
    base::Timestamp used;
  };
  struct Known {
    bool exists;
    base::Timestamp until;
  };
  store::Store& store_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
  std::map<ApplicationKey, KnownApplication> applications_;
};

}  // namespace muster::app
