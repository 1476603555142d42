#include "store/postgres/read_pool.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace muster::store::postgres {

base::Result<std::unique_ptr<Session>> ReadPool::borrow(Deadline due) {
  {
    std::unique_lock lock(mutex_);
    if (lent_ >= options_.readers) {
      if (waiting_ >= options_.waiting_reads) return unavailable("Too many reads are waiting.");
      ++waiting_;
      const Deadline until = std::min(due, std::chrono::steady_clock::now() + options_.patience);
      const bool free =
          changed_.wait_until(lock, until, [this] { return lent_ < options_.readers; });
      --waiting_;
      if (!free) return unavailable("No connection to the database became free.");
    }
    ++lent_;
  }
  if (auto session = take_idle(due)) return session;
  auto session = connect(due);
  if (!session) leave();
  return session;
}

std::unique_ptr<Session> ReadPool::pop_idle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<Session> session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

std::unique_ptr<Session> ReadPool::take_idle(Deadline due) {
  while (std::unique_ptr<Session> session = pop_idle()) {
    if (losses_.concern(session->connection())) continue;
    session->connection().until(due);
    if (session->connection().settle()) return session;
    losses_.note();
  }
  return nullptr;
}

std::size_t ReadPool::drop_idle() {
  std::vector<std::unique_ptr<Session>> dropped;  // closed without the lock
  const std::lock_guard lock(mutex_);
  dropped.swap(idle_);
  return dropped.size();
}

base::Result<std::unique_ptr<Session>> ReadPool::connect(Deadline due) {
  auto connection = MUSTER_TRY(Connection::open(connection_, due));
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
  const std::optional<Fault>& fault = session->fault();
  if (fault && fault->kind == FaultKind::kLost) losses_.note();
  if (fault && fault->kind == FaultKind::kRetry) session->clear_fault();
  if (!session->fault()) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
  }
  leave();
}

}  // namespace muster::store::postgres
