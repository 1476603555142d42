// Liveness and readiness for load balancers and supervisors: named checks, rendered as small JSON.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"

namespace muster::observe {

// Whether the process should be restarted (kLive) or only left without traffic (kReady). A kLive
// check counts for readiness too.
enum class Probe : std::uint8_t { kLive, kReady };

struct HealthReport {
  bool ok = true;
  // {"status":"ok","checks":{"store":"ok"}}, or "unavailable" with the message of each failed
  // check.
  std::string json;
};

// Thread-safe.
class Health {
 public:
  // Must be quick and not throw; it runs on the thread that asks. `check` says why not in its
  // error's message, which strangers may read: no paths, no secrets.
  using Check = std::function<base::Status()>;

  void add(std::string name, Probe probe, Check check);

  // While draining, readiness fails with the check "draining" so that no new traffic is sent.
  void start_draining();

  [[nodiscard]] HealthReport live() const;
  [[nodiscard]] HealthReport ready() const;

 private:
  struct Entry {
    std::string name;
    Probe probe;
    Check check;
  };
  [[nodiscard]] HealthReport report(Probe probe) const;

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  bool draining_ = false;
};

}  // namespace muster::observe
