#include "app/device_commands.h"

#include <csignal>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "app/simulator_summary.h"

namespace muster::app {
namespace {

volatile std::sig_atomic_t interrupted = 0;

// While it lives, the first SIGINT or SIGTERM is noted; the second does what it always does.
class NotedSignals {
 public:
  NotedSignals() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
  }
  ~NotedSignals() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }
  NotedSignals(const NotedSignals&) = delete;
  NotedSignals& operator=(const NotedSignals&) = delete;

 private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

}  // namespace

base::Status run_device_simulate(SimulateOptions options) {
  SimulatorPlan& plan = options.plan;
  plan.provisioning = MUSTER_TRY(find_provisioning(options.profile));
  const bool shows = isatty(STDERR_FILENO) != 0;
  const NotedSignals signals;
  const SimulatorTally tally = MUSTER_TRY(simulate_devices(plan, [&](const SimulatorTally& so_far) {
    if (shows) std::cerr << '\r' << progress_line(so_far, plan.count) << "\x1b[K" << std::flush;
    return interrupted == 0;
  }));
  if (shows) std::cerr << "\r\x1b[K" << std::flush;
  std::cout << (options.json ? summary_for_programs(tally) : summary_for_people(tally))
            << std::flush;
  if (tally.failed == 0) return base::done();
  return base::fail(
      base::ErrorCode::kUnavailable,
      std::to_string(tally.failed) + " of " + std::to_string(tally.begun) + " devices failed.");
}

}  // namespace muster::app
