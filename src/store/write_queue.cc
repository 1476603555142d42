#include "store/write_queue.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace muster::store {

bool WriteQueue::push(WriteJob& job) {
  bool notify = false;
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= limit_) return false;
    jobs_.push_back(std::move(job));
    notify = std::exchange(waiting_, false);  // one system call a wake-up, not one a job
  }
  if (notify) changed_.notify_one();
  return true;
}

bool WriteQueue::take(std::vector<WriteJob>& group, std::size_t max) {
  std::unique_lock lock(mutex_);
  while (jobs_.empty() && !closed_ && !woken_) {
    waiting_ = true;
    changed_.wait(lock);
  }
  waiting_ = false;
  woken_ = false;
  if (jobs_.empty()) return !closed_;
  const auto count = static_cast<std::ptrdiff_t>(std::min(max, jobs_.size()));
  std::move(jobs_.begin(), jobs_.begin() + count, std::back_inserter(group));
  jobs_.erase(jobs_.begin(), jobs_.begin() + count);
  return true;
}

void WriteQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    waiting_ = false;
  }
  changed_.notify_one();
}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_ = false;
  }
  changed_.notify_one();
}

std::size_t WriteQueue::length() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

bool WriteQueue::full() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() >= limit_;
}

base::Status run_work(const Work& work, Transaction& transaction) {
  try {
    return work(transaction);
  } catch (const std::exception& fault) {
    return base::fail(base::ErrorCode::kInternal,
                      std::string("A write threw an exception: ") + fault.what());
  }
}

base::Error queue_full() {
  base::Error error = base::fail(base::ErrorCode::kUnavailable, "Too many writes are waiting.");
  error.retry_after = std::chrono::seconds(1);
  return error;
}

}  // namespace muster::store
