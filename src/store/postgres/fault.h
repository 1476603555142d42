// What the database's errors mean for the store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::store::postgres {

// How a fault is dealt with.
enum class FaultKind : std::uint8_t {
  kRetry,   // another transaction was in the way (40001, 40P01): run again
  kTaken,   // what was to be made exists: two programs made it at once
  kLost,    // the connection is gone or is not to be trusted any more
  kRefused  // anything else: the transaction failed
};

struct Fault {
  FaultKind kind = FaultKind::kRefused;
  base::Error error;  // kUnavailable or kInsufficientStorage with retry_after, or kInternal
  // The connection is of no use any more, whatever becomes of the transaction.
  bool ends_connection = false;
};

// Whether a transaction that ended so, before its COMMIT, can be expected to succeed if it is run
// again.
[[nodiscard]] constexpr bool may_run_again(FaultKind kind) {
  return kind == FaultKind::kRetry || kind == FaultKind::kLost;
}

// Of a statement that the server refused with this SQLSTATE.
[[nodiscard]] Fault fault_of(std::string_view state, const std::string& message);

// An error for what the database cannot do now.
[[nodiscard]] base::Error unavailable(std::string message);

// Waits before something is run again: longer after each run, counted from 0, and not the same for
// two that got in each other's way.
void back_off(int run);

}  // namespace muster::store::postgres
