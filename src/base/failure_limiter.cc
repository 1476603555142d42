#include "base/failure_limiter.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace muster::base {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;

// The length in front keeps ("a", "bc") and ("ab", "c") apart.
std::string pair_of(std::string_view source, std::string_view client) {
  std::string key = std::to_string(source.size());
  key += ':';
  key += source;
  key += client;
  return key;
}

}  // namespace

FailureLimiter::FailureLimiter(unsigned allowed, std::chrono::seconds window, const Clock& clock,
                               std::size_t capacity)
    : allowed_(allowed), window_(window), clock_(clock), capacity_(capacity) {}

std::optional<std::chrono::seconds> FailureLimiter::wait(std::string_view source,
                                                         std::string_view client) {
  const Timestamp now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = windows_.find(pair_of(source, client));
  if (found == windows_.end() || found->second.failures < allowed_) return std::nullopt;
  const std::int64_t left = found->second.ends.ticks() - now.ticks();
  if (left <= 0) return std::nullopt;
  return std::chrono::seconds((left + kTicksPerSecond - 1) / kTicksPerSecond);
}

void FailureLimiter::failed(std::string_view source, std::string_view client) {
  const Timestamp now = clock_.now();
  std::string key = pair_of(source, client);
  const std::lock_guard lock(mutex_);
  auto found = windows_.find(key);
  if (found == windows_.end()) {
    if (windows_.size() >= capacity_) make_room(now);
    found = windows_.emplace(std::move(key), Window{}).first;
  }
  Window& window = found->second;
  if (window.failures == 0 || window.ends <= now) window = {0, now.plus(window_)};
  ++window.failures;
}

std::size_t FailureLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return windows_.size();
}

// Drops what has ended; if nothing has, the eighth of the pairs that ends soonest, so that the
// sweep is paid for once per many insertions.
void FailureLimiter::make_room(Timestamp now) {
  std::erase_if(windows_, [&](const auto& entry) { return entry.second.ends <= now; });
  if (windows_.size() < capacity_) return;
  std::vector<Timestamp> ends;
  ends.reserve(windows_.size());
  for (const auto& entry : windows_) ends.push_back(entry.second.ends);
  const auto eighth = ends.begin() + static_cast<std::ptrdiff_t>(ends.size() / 8);
  std::nth_element(ends.begin(), eighth, ends.end());
  const Timestamp limit = *eighth;
  std::size_t to_drop = ends.size() / 8 + 1;
  std::erase_if(windows_, [&](const auto& entry) {
    if (to_drop == 0 || entry.second.ends > limit) return false;
    --to_drop;
    return true;
  });
}

}  // namespace muster::base
