// A value that one thread exchanges while others read it. std::atomic<std::shared_ptr> of g++ 12
// releases its lock with relaxed order on load, which is a data race that ThreadSanitizer reports.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace muster::base {

// Thread-safe. Readers keep what they got for as long as they need it.
template <typename T>
class SharedValue {
 public:
  explicit SharedValue(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  [[nodiscard]] std::shared_ptr<const T> load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void store(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace muster::base
