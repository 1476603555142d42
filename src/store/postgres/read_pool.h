// Connections for reading, lent to one reader each.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "store/open.h"
#include "store/postgres/session.h"

namespace muster::store::postgres {

// Bounded: who comes when all are lent waits, for a while and not in any number. Thread-safe.
class ReadPool {
 public:
  ReadPool(const PostgresOptions& options, const ConnectionOptions& connection)
      : options_(options), connection_(connection) {}

  [[nodiscard]] base::Result<std::unique_ptr<Session>> borrow();
  // A session that met a fault is closed; another takes its place when it is needed.
  void give_back(std::unique_ptr<Session> session);

 private:
  void leave();
  [[nodiscard]] base::Result<std::unique_ptr<Session>> connect();

  const PostgresOptions& options_;
  const ConnectionOptions& connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Session>> idle_;
  std::size_t lent_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace muster::store::postgres
