// The queue between the callers of Store::write and an engine's writing thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "store/store.h"

namespace muster::store {

struct WriteJob {
  std::string tenant;
  Work work;
  Completion completion;
  // When the caller is told that it was in vain, where an engine has such a limit.
  std::chrono::steady_clock::time_point due = std::chrono::steady_clock::time_point::max();
  // Filled by the engine: what completion will be told.
  base::Status outcome = base::done();
};

// Bounded, first in first out. Thread-safe; one thread takes.
class WriteQueue {
 public:
  explicit WriteQueue(std::size_t limit) : limit_(limit) {}

  // Takes what `job` holds. False when the queue is full; then `job` is as it was.
  [[nodiscard]] bool push(WriteJob& job);

  // Waits until there is a job, until wake() or close(), and moves up to `max` jobs to `group`,
  // which is empty. False when the queue is closed and empty: nothing will come any more.
  [[nodiscard]] bool take(std::vector<WriteJob>& group, std::size_t max);

  // Lets take() return, if only with nothing, so that its thread looks at something else.
  void wake();
  // What is queued is still taken; nothing may be pushed afterwards.
  void close();

  [[nodiscard]] std::size_t length() const;
  [[nodiscard]] bool full() const;

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WriteJob> jobs_;
  bool waiting_ = false;
  bool woken_ = false;
  bool closed_ = false;
};

// Runs the work; an exception, which is a bug, becomes kInternal, so that the engine can undo.
[[nodiscard]] base::Status run_work(const Work& work, Transaction& transaction);

// The error of a write for which there is no room.
[[nodiscard]] base::Error queue_full();

}  // namespace muster::store
