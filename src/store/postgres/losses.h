// What readers and writers tell each other of the way to the database.
#pragma once

#include <atomic>
#include <chrono>

#include "store/postgres/connection.h"

namespace muster::store::postgres {

// When a connection was last lost: those that are older will have gone the same way, which each of
// them would take all its patience to find out. Thread-safe.
class Losses {
 public:
  void note() { last_ = std::chrono::steady_clock::now(); }
  [[nodiscard]] bool concern(const Connection& connection) const {
    return connection.born() <= last_.load();
  }

 private:
  std::atomic<Instant> last_{Instant::min()};
};

}  // namespace muster::store::postgres
