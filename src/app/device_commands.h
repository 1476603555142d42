// `muster device …`: devices that are simulated, and those of a service over its HTTP API. Each
// prints its result, if it has one.
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

struct DeviceOptions {
  std::string id = {};       // of a device, or of an enrolment
  std::string profile = {};  // id; devices that enrolled through it
  std::string serial = {};
  bool pending = false;  // enrolments that wait for approval
  bool json = false;
};

[[nodiscard]] base::Status run_device_list(const Settings& settings, const DeviceOptions& options,
                                           const base::Clock& clock);
[[nodiscard]] base::Status run_device_show(const Settings& settings, const DeviceOptions& options,
                                           const base::Clock& clock);
[[nodiscard]] base::Status run_device_retire(const Settings& settings, const DeviceOptions& options,
                                             const base::Clock& clock);
[[nodiscard]] base::Status run_device_delete(const Settings& settings, const DeviceOptions& options,
                                             const base::Clock& clock);
[[nodiscard]] base::Status run_device_enrollments(const Settings& settings,
                                                  const DeviceOptions& options,
                                                  const base::Clock& clock);
[[nodiscard]] base::Status run_device_approve(const Settings& settings,
                                              const DeviceOptions& options,
                                              const base::Clock& clock);
[[nodiscard]] base::Status run_device_deny(const Settings& settings, const DeviceOptions& options,
                                           const base::Clock& clock);

}  // namespace muster::app
