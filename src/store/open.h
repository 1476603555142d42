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
  // Neither make nor migrate it: kConfiguration unless it is there with this program's schema.
  bool as_it_is = false;
};

// Opens or makes the file and brings its schema up to date. Errors: kConfiguration naming the file,
// when it cannot be written, is no database of Muster's, was written by a newer version or does not
// match the model.
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options);

struct PostgresOptions {
  std::string url;  // postgres://…, as libpq takes it; may hold a password and is never shown
  std::shared_ptr<const base::Vault> vault;
  std::size_t queue_limit = 4'096;    // writes that may wait; more are refused with kUnavailable
  std::size_t max_group = 256;        // writes of one commit at most, all of one tenant
  std::size_t writers = 8;            // connections that write, each for another tenant
  std::size_t readers = 16;           // connections that read, at most
  std::size_t waiting_reads = 1'024;  // reads that may wait for one; more are kUnavailable
  // How long a connection, a statement or a wait may take.
  std::chrono::milliseconds patience{5'000};
  // How long a read or a write may take as a whole, with its time in the queue and its further
  // runs.
  std::chrono::milliseconds deadline{10'000};
  // Between this program and the database is a pooler that may give each transaction another
  // session, such as PgBouncer in transaction mode.
  bool pooled = false;
  std::chrono::milliseconds health_interval{1'000};  // how long what health() found out holds
  // Told of each commit, with the number of writes in it, on a writing thread; for metrics.
  std::function<void(std::size_t writes)> on_commit = {};
  // Neither make nor migrate it: kConfiguration unless it is there with this program's schema.
  bool as_it_is = false;
};

// Connects and brings the schema up to date; several nodes may do so at once. All of them need the
// same keys in their vaults. A commit whose answer was lost is looked up; where that is in vain,
// the write fails with kUnavailable and a message that says that it may have been made. Errors:
// kConfiguration naming the setting, when the database cannot be reached or used, was written by a
// newer version or does not match the model.
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_postgres(PostgresOptions options);

// The reference store: keeps nothing after its end. For tests and trials.
[[nodiscard]] std::unique_ptr<Store> make_memory_store(std::size_t queue_limit = 4'096);

}  // namespace muster::store
