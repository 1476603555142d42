// Slows down the guessing of credentials: counts the failures of a source for a client, which is
// whatever the credential is for: an application, a tenant.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace muster::base {

// A fixed window per (source, client): after `allowed` failures the pair is refused until the
// window of the first failure ends. Other pairs are not affected, so a stranger cannot lock a
// client out. Bounded: with `capacity` pairs the expired ones go first, then the one that ends
// soonest. A flood of pairs can thus push a pair out; that only returns guesses, and 256 random
// bits have nothing to fear from guesses. Thread-safe.
class FailureLimiter {
 public:
  FailureLimiter(unsigned allowed, std::chrono::seconds window, const Clock& clock,
                 std::size_t capacity = 8192);

  // How long the pair has to wait, at least 1 s; nullopt if it may try.
  [[nodiscard]] std::optional<std::chrono::seconds> wait(std::string_view source,
                                                         std::string_view client);
  void failed(std::string_view source, std::string_view client);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Window {
    unsigned failures = 0;
    Timestamp ends;
  };
  void make_room(Timestamp now);

  const unsigned allowed_;
  const std::chrono::seconds window_;
  const Clock& clock_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace muster::base
