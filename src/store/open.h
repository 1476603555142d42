// How stores are made. Every store comes wrapped in the checks of contract.h; the engines' own
// classes are not used outside this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/vault.h"
#include "store/store.h"

namespace muster::store {

struct SqliteOptions {
  std::string path;  // the database file; made (mode 0600) if absent, in a folder that exists
  std::shared_ptr<const base::Vault> vault;
  std::size_t queue_limit = 4'096;  // writes that may wait; more are refused with kUnavailable
  std::size_t max_group = 256;      // writes of one commit at most
  // How long a write waits for another process that is writing, e.g. `muster app create`.
  std::chrono::milliseconds busy_timeout{2'000};
  std::size_t checkpoint_pages = 20'000;  // pages of 4 KiB in the log before they are moved over
  std::chrono::milliseconds health_interval{1'000};  // how long what health() found out holds
  // Told of each commit, with the number of writes in it, on the writing thread; for metrics.
  std::function<void(std::size_t writes)> on_commit = {};
  std::string vfs = {};  // SQLite's name of a file layer; empty is the system's
};

// Opens or makes the file and brings its schema up to date. Errors: kConfiguration naming the file,
// when it cannot be written, is no database of Muster's, was written by a newer version or does not
// match the model.
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options);

// The reference store: keeps nothing after its end. For tests and trials.
[[nodiscard]] std::unique_ptr<Store> make_memory_store(std::size_t queue_limit = 4'096);

}  // namespace muster::store
