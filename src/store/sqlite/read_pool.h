// Connections for reading, lent to one reader each.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "store/open.h"
#include "store/sqlite/session.h"

namespace muster::store::sqlite {

// A pool, not a connection per thread: threads may outlive a store and stores may outlive threads.
// There are as many connections as reads ever went on at once. Thread-safe.
class ReadPool {
 public:
  explicit ReadPool(const SqliteOptions& options) : options_(options) {}

  [[nodiscard]] base::Result<std::unique_ptr<Session>> borrow();
  // A session that met a fault of the file is closed, others serve the next reader.
  void give_back(std::unique_ptr<Session> session);

 private:
  const SqliteOptions& options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;
};

}  // namespace muster::store::sqlite
