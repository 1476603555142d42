// `muster device …`: devices that are simulated, and those of a service over its HTTP API. Each
// prints its result.
#pragma once

#include <string>

#include "app/device_simulator.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct SimulateOptions {
  std::string profile;  // as find_provisioning() takes it
  SimulatorPlan plan;   // but for its provisioning
  bool json = false;
};

// Shows progress on a terminal; SIGINT and SIGTERM end it early, a second one at once. Fails when
// a device failed.
[[nodiscard]] base::Status run_device_simulate(SimulateOptions options);

}  // namespace muster::app
