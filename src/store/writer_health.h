// Whether an engine takes writes, as its last commit or probe has it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "base/result.h"

namespace muster::store {

// Thread-safe.
class WriterHealth {
 public:
  // What is known is believed for so long.
  explicit WriterHealth(std::chrono::milliseconds believed) : believed_(believed) {}

  // The state. When it is too old, asks for a probe, wakes a writer by `wake` and waits for what it
  // finds, a quarter of a second at most.
  [[nodiscard]] base::Status get(const std::function<void()>& wake);

  // For writers: what a commit or a probe has shown; nullopt is that writes are taken.
  void note(std::optional<base::Error> error);
  // Whether a probe is asked for. It is the caller's from then on.
  [[nodiscard]] bool take_probe();
  [[nodiscard]] bool failing() const;

 private:
  const std::chrono::milliseconds believed_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::optional<base::Error> state_;
  std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::now();
  std::uint64_t notes_ = 0;
  bool probe_wanted_ = false;
};

}  // namespace muster::store
