// The folder in which an installation lives: store, keys, certificates. `serve` and the commands
// that work without a server open it alike, also at the same time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/data_keys.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/vault.h"
#include "enrollment/caller.h"
#include "store/store.h"

namespace muster::app {

// Whom the audit log names for what is done on the command line.
[[nodiscard]] enrollment::Caller console_caller(std::string tenant);

// Makes the folder (mode 0700) when it is missing.
[[nodiscard]] base::Status make_data_folder(const Settings& settings);

// Whether the records are in a file of the data directory, and not in a database elsewhere.
[[nodiscard]] bool has_store_file(const Settings& settings);
// That file.
[[nodiscard]] std::string store_file(const Settings& settings);
// The URL of the database elsewhere. kConfiguration when it is none.
[[nodiscard]] base::Result<std::string> store_url(const Settings& settings);

struct Tenant {
  std::string id;
  std::string name;
  std::string label = {};  // public name in the URLs that devices use
};

class DataDirectory {
 public:
  // Makes the folder (mode 0700), the store, its keys and the default key file when they are
  // missing. kConfiguration, naming the file or setting, when one cannot be made or read, when the
  // store's keys do not open, and for a store that `muster copy` has not finished. `clock` must
  // outlive this.
  // `on_commit` is told of each commit of the store (store/open.h).
  [[nodiscard]] static base::Result<DataDirectory> open(
      const Settings& settings, const base::Clock& clock,
      std::function<void(std::size_t writes)> on_commit = {});

  [[nodiscard]] store::Store& store() const { return *store_; }
  [[nodiscard]] std::shared_ptr<const base::Vault> vault() const { return vault_; }
  [[nodiscard]] DataKeys& keys() const { return *keys_; }

  [[nodiscard]] base::Result<std::vector<Tenant>> tenants() const;
  // Makes the tenant `default` when there is none, so that a first start can be used at once.
  [[nodiscard]] base::Status ensure_tenant();
  // kConflict when the id exists. An empty id is made. Leaves an audit event under the system
  // tenant.
  // An empty label is made; kConfiguration for one that is none, kConflict for one that is taken.
  [[nodiscard]] base::Result<Tenant> create_tenant(std::string id, std::string name,
                                                   std::string label = {});
  // The tenant that a command means: by GUID or name; the only one when `wanted` is empty.
  // kConfiguration, listing what there is, when that does not name exactly one.
  [[nodiscard]] base::Result<Tenant> find_tenant(std::string_view wanted) const;

 private:
  DataDirectory(std::shared_ptr<const base::Vault> vault, std::unique_ptr<store::Store> store,
                std::unique_ptr<DataKeys> keys, const base::Clock& clock)
      : vault_(std::move(vault)),
        store_(std::move(store)),
        keys_(std::move(keys)),
        clock_(&clock) {}
  std::shared_ptr<const base::Vault> vault_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<DataKeys> keys_;  // after the store, which it reads
  const base::Clock* clock_;
};

}  // namespace muster::app
