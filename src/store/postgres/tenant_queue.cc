#include "store/postgres/tenant_queue.h"

#include <utility>

namespace muster::store::postgres {

bool TenantQueue::push(WriteJob& job) {
  {
    const std::lock_guard lock(mutex_);
    if (length_ >= limit_) return false;
    Line& line = lines_[job.tenant];
    if (!line.held && line.jobs.empty()) ready_.push_back(job.tenant);
    line.jobs.push_back(std::move(job));
    ++length_;
  }
  changed_.notify_one();
  return true;
}

bool TenantQueue::take(std::vector<WriteJob>& group, std::size_t max) {
  std::unique_lock lock(mutex_);
  // A closed queue is at its end when nothing is left, also not with a tenant that is held.
  changed_.wait(lock, [this] { return !ready_.empty() || woken_ || (closed_ && length_ == 0); });
  if (ready_.empty()) return std::exchange(woken_, false) || !closed_;
  Line& line = lines_.at(ready_.front());
  ready_.pop_front();
  line.held = true;
  while (!line.jobs.empty() && group.size() < max) {
    group.push_back(std::move(line.jobs.front()));
    line.jobs.pop_front();
    --length_;
  }
  if (closed_ && length_ == 0) changed_.notify_all();
  return true;
}

void TenantQueue::give_back(const std::string& tenant) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(tenant);
    found->second.held = false;
    if (found->second.jobs.empty()) {
      lines_.erase(found);
      return;
    }
    ready_.push_back(tenant);
  }
  changed_.notify_one();
}

void TenantQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void TenantQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::size_t TenantQueue::length() const {
  const std::lock_guard lock(mutex_);
  return length_;
}

bool TenantQueue::full() const {
  const std::lock_guard lock(mutex_);
  return length_ >= limit_;
}

}  // namespace muster::store::postgres
