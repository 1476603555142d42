// Devices that enrol, renew and report as docs/devices.md says: the reference client, and a load
// for measurements.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/est_client.h"
#include "app/provisioning_source.h"
#include "base/result.h"

namespace muster::app {

struct SimulatorPlan {
  Provisioning provisioning;  // devices take its tokens by turns
  std::string ca_file;        // for a server without pin
  std::size_t count = 1;
  std::size_t concurrency = 1;
  std::string serial_prefix = "SIM-";
  std::string manufacturer = "Muster";
  std::string model = "Simulated";
  bool renew = true;
  bool report = true;
  EstConnections connections;
  // How long a device waits, all in all, when the service tells it to.
  std::chrono::seconds patience{300};
  std::string keep;  // folder for keys and certificates; empty: nothing is written
};

// Why some devices went no further.
struct Refusal {
  std::string step;    // enrol, renew, report
  long status = 0;     // of the answer; 0 when there was none, or none that can be used
  std::string reason;  // in the server's words or ours, one printable line
  auto operator<=>(const Refusal&) const = default;  // NOLINT: version 14 takes it for a null
};

// What happened so far. Each device that was begun is, at the end, finished, pending, failed or, in
// a run that was interrupted, none of these.
struct SimulatorTally {
  std::size_t begun = 0;
  std::size_t finished = 0;  // every step done
  std::size_t pending = 0;   // waited for approval until its patience ended
  std::size_t failed = 0;
  std::size_t enrolled = 0;
  std::size_t renewed = 0;
  std::size_t reported = 0;
  std::map<Refusal, std::size_t> refusals = {};
  std::vector<std::chrono::microseconds> enrol_calls = {};  // that gave a certificate
  std::vector<std::chrono::microseconds> handshakes = {};   // of the connections they made
  std::chrono::duration<double> elapsed{0};
  bool interrupted = false;
};

// Called about ten times a second on the thread of simulate_devices(); false ends the run.
using SimulatorWatch = std::function<bool(const SimulatorTally&)>;

// Blocks until every device is done, or `watch` wants no more and the calls under way have ended.
// kConfiguration when the plan cannot work, before anything was done; what devices meet is in the
// tally.
[[nodiscard]] base::Result<SimulatorTally> simulate_devices(const SimulatorPlan& plan,
                                                            const SimulatorWatch& watch);

}  // namespace muster::app
