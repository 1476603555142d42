// Slows down the guessing of client secrets: counts the failed log-ins of a source for a client.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace muster::auth {

// A fixed window per (source, client): after `allowed` failures the pair is refused until the
// window of the first failure ends. Other pairs are not affected, so a stranger cannot lock an
// application out. Bounded: with `capacity` pairs the expired ones go first, then the one that ends
// soonest. A flood of pairs can thus push a pair out; that only returns guesses, and 256 random
// bits have nothing to fear from guesses. Thread-safe.
class FailureLimiter {
 public:
  FailureLimiter(unsigned allowed, std::chrono::seconds window, const base::Clock& clock,
                 std::size_t capacity = 8192);

  // How long the pair has to wait, at least 1 s; nullopt if it may try.
  [[nodiscard]] std::optional<std::chrono::seconds> wait(std::string_view source,
                                                         std::string_view client);
  void failed(std::string_view source, std::string_view client);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Window {
    unsigned failures = 0;
    base::Timestamp ends;
  };
  void make_room(base::Timestamp now);

  const unsigned allowed_;
  const std::chrono::seconds window_;
  const base::Clock& clock_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace muster::auth
