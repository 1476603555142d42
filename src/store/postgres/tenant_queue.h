// The queue between the callers of Store::write and several writing threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "store/write_queue.h"

namespace muster::store::postgres {

// Bounded; tenants take turns, and the writes of a tenant are first in, first out. A tenant is in
// the hands of one thread at a time. Thread-safe.
class TenantQueue {
 public:
  explicit TenantQueue(std::size_t limit) : limit_(limit) {}

  // Takes what `job` holds. False when the queue is full; then `job` is as it was.
  [[nodiscard]] bool push(WriteJob& job);

  // Waits until a tenant that nobody holds has jobs, until wake() or close(), and moves up to `max`
  // jobs of one tenant to `group`, which is empty. Whoever got jobs gives the tenant back. False
  // when the queue is closed and there is nothing more to take.
  [[nodiscard]] bool take(std::vector<WriteJob>& group, std::size_t max);
  void give_back(const std::string& tenant);

  // Lets one take() return, if only with nothing, so that its thread looks at something else.
  void wake();
  // What is queued is still taken; nothing may be pushed afterwards.
  void close();

  [[nodiscard]] std::size_t length() const;
  [[nodiscard]] bool full() const;

 private:
  struct Line {
    std::deque<WriteJob> jobs;
    bool held = false;
  };
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Line> lines_;  // of tenants with jobs or in somebody's hands
  std::deque<std::string> ready_;      // tenants with jobs that nobody holds
  std::size_t length_ = 0;
  bool woken_ = false;
  bool closed_ = false;
};

}  // namespace muster::store::postgres
