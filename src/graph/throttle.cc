#include "graph/throttle.h"

#include <algorithm>
#include <utility>

namespace muster::graph {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;

// A clock that was set back would keep a window open for as long: then it has ended, too.
bool has_ended(std::int64_t began, std::int64_t now, std::int64_t length) {
  return now < began || now - began >= length;
}

bool is_spent(std::uint32_t used, std::uint32_t allowed) {
  return allowed != 0 && used >= allowed;
}

bool is_limited(const Allowance& allowance) {
  return allowance.requests != 0 || allowance.writes != 0;
}

}  // namespace

std::optional<std::chrono::seconds> Throttle::take(const ThrottleSettings& settings,
                                                   std::string_view tenant,
                                                   std::string_view application, bool write) {
  if (!is_limited(settings.application) && !is_limited(settings.tenant)) return std::nullopt;
  const std::int64_t now = clock_.now().ticks();
  const std::int64_t length = settings.window.count() * kTicksPerSecond;
  std::string tenant_key(tenant);
  std::string application_key = tenant_key + '\0' + std::string(application);

  const std::lock_guard lock(mutex_);
  if (windows_.size() + 2 > capacity_) make_room(now, length);
  Window& of_tenant = window_of(std::move(tenant_key), now, length);
  Window& of_application = window_of(std::move(application_key), now, length);
  std::int64_t wait = 0;
  const auto check = [&](const Window& window, const Allowance& allowance) {
    const bool spent = is_spent(window.requests, allowance.requests) ||
                       (write && is_spent(window.writes, allowance.writes));
    if (spent) wait = std::max(wait, window.began + length - now);
  };
  check(of_tenant, settings.tenant);
  check(of_application, settings.application);
  if (wait > 0) return std::chrono::seconds((wait + kTicksPerSecond - 1) / kTicksPerSecond);
  for (Window* window : {&of_tenant, &of_application}) {
    ++window->requests;
    if (write) ++window->writes;
  }
  return std::nullopt;
}

Throttle::Window& Throttle::window_of(std::string key, std::int64_t now, std::int64_t length) {
  const auto [found, fresh] = windows_.try_emplace(std::move(key));
  if (fresh || has_ended(found->second.began, now, length)) found->second = Window{.began = now};
  return found->second;
}

void Throttle::make_room(std::int64_t now, std::int64_t length) {
  std::erase_if(windows_,
                [&](const auto& entry) { return has_ended(entry.second.began, now, length); });
  if (windows_.size() + 2 > capacity_) windows_.clear();
}

}  // namespace muster::graph
