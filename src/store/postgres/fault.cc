#include "store/postgres/fault.h"

#include <chrono>
#include <thread>
#include <utility>

#include "base/random.h"

namespace muster::store::postgres {
namespace {

using base::ErrorCode;

bool starts(std::string_view state, std::string_view with) {
  return state.starts_with(with);
}

// SQLSTATEs of what passes by itself or by an operator's hand. Cancelled or timed out, out of
// resources, locked, shutting down or starting, a standby, an I/O error.
bool passes(std::string_view state) {
  return starts(state, "08") || starts(state, "53") || starts(state, "57") || starts(state, "58") ||
         starts(state, "40") || state == "55P03" || state == "25006" || state == "25P03";
}

// The session itself is gone, or its prepared statements are not what this side thinks.
bool ends_session(std::string_view state) {
  return starts(state, "08") || state == "57P01" || state == "57P02" || state == "57P03" ||
         state == "57P05" || state == "25P03" || state == "26000" || state == "42P05" ||
         state == "0A000" || state == "40003" || state == "XX000" || state == "XX001" ||
         state == "XX002";
}

base::Error error_of(std::string_view state, const std::string& message) {
  if (state == "53100") {
    base::Error error =
        base::fail(ErrorCode::kInsufficientStorage, "The database has no space left: " + message);
    error.retry_after = std::chrono::seconds(30);
    return error;
  }
  if (passes(state)) return unavailable("The database cannot do it now: " + message);
  return base::fail(ErrorCode::kInternal,
                    "The database refused a statement (" + std::string(state) + "): " + message);
}

FaultKind kind_of(std::string_view state) {
  if (ends_session(state)) return FaultKind::kLost;
  if (state == "40001" || state == "40P01") return FaultKind::kRetry;
  if (state == "23505" || state == "42P07" || state == "42710") return FaultKind::kTaken;
  return FaultKind::kRefused;
}

}  // namespace

Fault fault_of(std::string_view state, const std::string& message) {
  Fault fault{.kind = kind_of(state), .error = error_of(state, message)};
  // Another host of the URL may take writes, or this one after a while: not this connection.
  fault.ends_connection = fault.kind == FaultKind::kLost || state == "25006";
  // A session that is out of step is this side's to renew.
  if (fault.kind == FaultKind::kLost && fault.error.code == ErrorCode::kInternal) {
    fault.error = unavailable(fault.error.message);
  }
  if (state == "26000" || state == "42P05") {
    fault.error.message += " Is there a pooler of transactions? Then set store_pooled.";
  }
  return fault;
}

void back_off(int run) {
  const auto roll = static_cast<unsigned char>(base::random_octets(1)[0]);
  std::this_thread::sleep_for(
      std::chrono::microseconds((1'000U << static_cast<unsigned>(run)) * (roll + 1U) / 256U));
}

base::Error unavailable(std::string message) {
  base::Error error = base::fail(ErrorCode::kUnavailable, std::move(message));
  error.retry_after = std::chrono::seconds(1);
  return error;
}

}  // namespace muster::store::postgres
