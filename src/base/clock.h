// Time as a dependency: the system's in the product, a manual one in tests.
#pragma once

#include <atomic>
#include <chrono>

#include "base/timestamp.h"

namespace muster::base {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time, UTC.
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

// Moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : ticks_(start.ticks()) {}
  [[nodiscard]] Timestamp now() const override { return Timestamp::from_ticks(ticks_.load()); }
  void advance(std::chrono::nanoseconds by) { ticks_ += by.count() / 100; }
  void set(Timestamp to) { ticks_ = to.ticks(); }

 private:
  std::atomic<std::int64_t> ticks_;
};

}  // namespace muster::base
