#include "store/postgres/read_pool.h"

#include <utility>

namespace muster::store::postgres {

base::Result<std::unique_ptr<Session>> ReadPool::borrow() {
  std::unique_lock lock(mutex_);
  if (lent_ >= options_.readers) {
    if (waiting_ >= options_.waiting_reads) return unavailable("Too many reads are waiting.");
    ++waiting_;
    const bool free =
        changed_.wait_for(lock, options_.patience, [this] { return lent_ < options_.readers; });
    --waiting_;
    if (!free) return unavailable("No connection to the database became free.");
  }
  ++lent_;
  while (!idle_.empty()) {
    std::unique_ptr<Session> session = std::move(idle_.back());
    idle_.pop_back();
    lock.unlock();
    if (session->connection().settle()) return session;
    lock.lock();
  }
  lock.unlock();
  auto session = connect();
  if (!session) leave();
  return session;
}

base::Result<std::unique_ptr<Session>> ReadPool::connect() {
  auto connection = MUSTER_TRY(Connection::open(connection_));
  return std::make_unique<Session>(std::move(connection), options_.vault);
}

void ReadPool::leave() {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
  }
  changed_.notify_one();
}

void ReadPool::give_back(std::unique_ptr<Session> session) {
  session->end_read();
  if (!session->fault()) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
  }
  leave();
}

}  // namespace muster::store::postgres
