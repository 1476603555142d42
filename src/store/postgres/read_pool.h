// Connections for reading, lent to one reader each.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "store/open.h"
#include "store/postgres/losses.h"
#include "store/postgres/session.h"

namespace muster::store::postgres {

// Bounded: who comes when all are lent waits, for a while and not in any number. Thread-safe.
class ReadPool {
 public:
  ReadPool(const PostgresOptions& options, const ConnectionOptions& connection, Losses& losses)
      : options_(options), connection_(connection), losses_(losses) {}

  // Whatever is done with the session ends by `due`.
  [[nodiscard]] base::Result<std::unique_ptr<Session>> borrow(Deadline due);
  // A session that met a fault is closed; another takes its place when it is needed.
  void give_back(std::unique_ptr<Session> session);
  // Closes what nobody uses, so that the database has room for others. Gives how many that were.
  std::size_t drop_idle();

 private:
  void leave();
  [[nodiscard]] std::unique_ptr<Session> pop_idle();
  [[nodiscard]] std::unique_ptr<Session> take_idle(Deadline due);
  [[nodiscard]] base::Result<std::unique_ptr<Session>> connect(Deadline due);

  const PostgresOptions& options_;
  const ConnectionOptions& connection_;
  Losses& losses_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Session>> idle_;
  std::size_t lent_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace muster::store::postgres
