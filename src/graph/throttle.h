// Graph's throttling: how much an application and its whole tenant may ask in a window of time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace muster::graph {

// Requests of one window; 0 is no limit.
struct Allowance {
  std::uint32_t requests = 0;  // of any kind
  std::uint32_t writes = 0;    // of those, the ones that are not GET, HEAD or OPTIONS
};

struct ThrottleSettings {
  std::chrono::seconds window{20};
  Allowance application = {};  // of one application in one tenant
  Allowance tenant = {};       // of all applications of a tenant together
};

// The figures that Graph publishes for its Android for Work resources.
inline constexpr ThrottleSettings kGraphThrottle{.window = std::chrono::seconds(20),
                                                 .application = {.requests = 1'000, .writes = 100},
                                                 .tenant = {.requests = 2'000, .writes = 200}};

// Counts in fixed windows, each of which begins with the first request after the last one ended, so
// that the answer to "when may I come back" is exact. What is refused is not counted. Bounded: when
// too many callers are known, those go whose window ended; if none did, all are forgotten, which
// only gives allowances back. Thread-safe.
class Throttle {
 public:
  explicit Throttle(const base::Clock& clock, std::size_t capacity = 65'536)
      : clock_(clock), capacity_(capacity) {}

  // Counts one request; or says how long its caller has to wait, at least 1 s.
  [[nodiscard]] std::optional<std::chrono::seconds> take(const ThrottleSettings& settings,
                                                         std::string_view tenant,
                                                         std::string_view application, bool write);

 private:
  struct Window {
    std::int64_t began = 0;  // ticks
    std::uint32_t requests = 0;
    std::uint32_t writes = 0;
  };
  [[nodiscard]] Window& window_of(std::string key, std::int64_t now, std::int64_t length);
  void make_room(std::int64_t now, std::int64_t length);

  const base::Clock& clock_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace muster::graph
