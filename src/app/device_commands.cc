#include "app/device_commands.h"

#include <array>
#include <csignal>
#include <iostream>
#include <set>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "app/entity_output.h"
#include "app/graph_client.h"
#include "app/simulator_summary.h"
#include "base/encoding.h"

namespace muster::app {
namespace {

volatile std::sig_atomic_t interrupted = 0;

namespace json = boost::json;

constexpr std::string_view kDevices = "/deviceManagement/managedDevices";
constexpr std::string_view kEnrollments = "/deviceManagement/deviceEnrollments";
constexpr std::array<EntityColumn, 8> kDeviceColumns = {{{"ID", "id"},
                                                         {"NAME", "deviceName"},
                                                         {"SERIAL", "serialNumber"},
                                                         {"MANUFACTURER", "manufacturer"},
                                                         {"MODEL", "model"},
                                                         {"STATE", "managementState"},
                                                         {"LAST SYNC", "lastSyncDateTime"},
                                                         {"PROFILE", "enrollmentProfileName"}}};
constexpr std::array<EntityColumn, 8> kEnrollmentColumns = {{{"ID", "id"},
                                                             {"KIND", "kind"},
                                                             {"STATE", "state"},
                                                             {"SERIAL", "serialNumber"},
                                                             {"MODEL", "model"},
                                                             {"REQUESTED", "requestedDateTime"},
                                                             {"FROM", "remoteAddress"},
                                                             {"PROFILE", "profileName"}}};
constexpr std::array<std::string_view, 20> kShown = {"id",
                                                     "deviceName",
                                                     "managedDeviceName",
                                                     "serialNumber",
                                                     "manufacturer",
                                                     "model",
                                                     "imei",
                                                     "meid",
                                                     "wiFiMacAddress",
                                                     "osVersion",
                                                     "androidSecurityPatchLevel",
                                                     "isEncrypted",
                                                     "totalStorageSpaceInBytes",
                                                     "freeStorageSpaceInBytes",
                                                     "physicalMemoryInBytes",
                                                     "managementState",
                                                     "enrolledDateTime",
                                                     "lastSyncDateTime",
                                                     "managementCertificateExpirationDate",
                                                     "enrollmentProfileName"};

std::string path_in(std::string_view set, const DeviceOptions& options,
                    std::string_view rest = {}) {
  return std::string(set) + "/" + base::percent_encode(options.id) + std::string(rest);
}

// Ids of the devices that ever enrolled through a profile.
base::Result<std::set<std::string>> devices_of(const GraphClient& client,
                                               const std::string& profile) {
  std::set<std::string> ids;
  MUSTER_TRY(for_each_entity(
      client,
      std::string(kEnrollments) + "?$top=1000&$select=deviceId&$filter=state%20eq%20'enrolled'" +
          "%20and%20profileId%20eq%20" + filter_text(profile),
      [&ids](const json::object& enrollment) { ids.insert(shown(enrollment, "deviceId")); }));
  return ids;
}

// An action without parameters.
base::Status act(const Settings& settings, const base::Clock& clock, const std::string& path) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  MUSTER_TRY(client.send("POST", path));
  return base::done();
}

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

base::Status run_device_list(const Settings& settings, const DeviceOptions& options,
                             const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  std::string path = std::string(kDevices) + "?$top=1000";
  if (!options.serial.empty()) {
    path += "&$filter=serialNumber%20eq%20" + filter_text(options.serial);
  }
  EntityTest test;
  if (!options.profile.empty()) {
    test = [ids = MUSTER_TRY(devices_of(client, options.profile))](const json::object& device) {
      return ids.contains(shown(device, "id"));
    };
  }
  std::cout << MUSTER_TRY(entity_list(client, path, kDeviceColumns, options.json, test));
  return base::done();
}

base::Status run_device_show(const Settings& settings, const DeviceOptions& options,
                             const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  const json::object device = MUSTER_TRY(fetch_entity(client, path_in(kDevices, options)));
  std::cout << (options.json ? json::serialize(device) + "\n" : entity_table(device, kShown));
  return base::done();
}

base::Status run_device_retire(const Settings& settings, const DeviceOptions& options,
                               const base::Clock& clock) {
  return act(settings, clock, path_in(kDevices, options, "/retire"));
}

base::Status run_device_delete(const Settings& settings, const DeviceOptions& options,
                               const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  MUSTER_TRY(client.send("DELETE", path_in(kDevices, options)));
  return base::done();
}

base::Status run_device_enrollments(const Settings& settings, const DeviceOptions& options,
                                    const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  std::string path = std::string(kEnrollments) + "?$top=1000&$orderby=requestedDateTime%20desc";
  if (options.pending) path += "&$filter=state%20eq%20'pending'";
  std::cout << MUSTER_TRY(entity_list(client, path, kEnrollmentColumns, options.json));
  return base::done();
}

base::Status run_device_approve(const Settings& settings, const DeviceOptions& options,
                                const base::Clock& clock) {
  return act(settings, clock, path_in(kEnrollments, options, "/approve"));
}

base::Status run_device_deny(const Settings& settings, const DeviceOptions& options,
                             const base::Clock& clock) {
  return act(settings, clock, path_in(kEnrollments, options, "/deny"));
}

}  // namespace muster::app
