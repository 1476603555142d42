#include "app/device_simulator.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/json.hpp>

#include "app/kept_device.h"
#include "app/text_width.h"
#include "base/encoding.h"

namespace muster::app {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using std::chrono::steady_clock;

constexpr auto kWatchInterval = std::chrono::milliseconds(100);
// For a server that wants less but does not say for how long.
constexpr std::chrono::seconds kUsualWait{1};
constexpr std::size_t kLongestReason = 200;

enum class Step : std::uint8_t { kEnrol, kRenew, kReport, kDone };

struct Device {
  std::string serial;
  const base::Secret* token = nullptr;
  Step step = Step::kEnrol;
  pki::DeviceKey key = {};       // of `certificate`, or of the request for the first one
  std::string certificate = {};  // DER
  pki::DeviceKey next_key = {};  // of a renewal
  std::string request = {};      // sent again as it is; empty: not made yet
  steady_clock::time_point due = {};
  steady_clock::time_point patient_until = {};
};

bool comes_later(const Device& a, const Device& b) {
  return a.due > b.due;
}

// The first line of a text from outside, fit for a terminal.
std::string first_line(std::string_view text) {
  const std::string_view line =
      text.substr(0, std::min(text.find_first_of("\r\n"), kLongestReason));
  return base::is_utf8(line) ? on_one_line(line) : std::string();
}

std::string facts_of(const SimulatorPlan& plan, const Device& device) {
  return json::serialize(json::object{{"serialNumber", device.serial},
                                      {"manufacturer", plan.manufacturer},
                                      {"model", plan.model},
                                      {"osVersion", "16"},
                                      {"androidSecurityPatchLevel", "2026-11-01"},
                                      {"isEncrypted", true},
                                      {"totalStorageSpaceInBytes", 128'000'000'000},
                                      {"freeStorageSpaceInBytes", 96'000'000'000},
                                      {"physicalMemoryInBytes", 8'000'000'000}});
}

base::Status check_plan(const SimulatorPlan& plan) {
  const auto refuse = [](std::string message, std::string name) {
    return base::fail(ErrorCode::kConfiguration, std::move(message), std::move(name));
  };
  if (!plan.provisioning.est_url.starts_with("https://")) {
    return refuse("The payload's EST_URL does not begin with https://.", "profile");
  }
  if (plan.report && status_url(plan.provisioning.est_url).empty()) {
    return refuse("The payload's EST_URL is not Muster's: say --no-report.", "profile");
  }
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  if (plan.serial_prefix.size() > 40 || plan.serial_prefix.starts_with('.') ||
      plan.serial_prefix.find_first_not_of(kPlain) != std::string::npos) {
    return refuse("--serial-prefix takes up to 40 letters, digits, '-', '_' and '.'.",
                  "serial-prefix");
  }
  return base::done();
}

class Simulator {
 public:
  Simulator(const SimulatorPlan& plan, std::string chain) : plan_(plan), chain_(std::move(chain)) {}

  SimulatorTally run(const SimulatorWatch& watch);

 private:
  void work();
  std::optional<Device> next();
  std::optional<Device> make_device();
  void put_back(Device device);
  void advance(EstClient& client, Device& device);
  void enrol(EstClient& client, Device& device);
  void renew(EstClient& client, Device& device);
  void report(EstClient& client, Device& device);
  bool has_to_wait(const EstReply& reply, Device& device);
  bool take_certificate(const EstReply& reply, const pki::DeviceKey& key, Device& device);
  void refuse(Device& device, const char* step, const EstReply& reply);
  void fail(Device& device, Refusal refusal);
  void go_on(Device& device, Step step);
  template <typename Change>
  void count(Change change) {
    const std::lock_guard lock(mutex_);
    change(tally_);
  }

  const SimulatorPlan& plan_;
  const std::string chain_;  // PEM, for `keep`
  std::mutex mutex_;         // guards what follows
  std::condition_variable changed_;
  SimulatorTally tally_;
  std::vector<Device> waiting_;  // a heap, the next one first
  std::size_t busy_ = 0;         // devices in the hands of workers
  std::size_t working_ = 0;      // workers that have not ended
  bool stopped_ = false;
};

SimulatorTally Simulator::run(const SimulatorWatch& watch) {
  const auto begun = steady_clock::now();
  working_ = std::min(plan_.concurrency, plan_.count);
  std::vector<std::jthread> workers;
  for (std::size_t i = working_; i > 0; --i) workers.emplace_back([this] { work(); });
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kWatchInterval, [this] { return working_ == 0; })) {
    tally_.elapsed = steady_clock::now() - begun;
    if (watch(tally_) || stopped_) continue;
    stopped_ = true;
    tally_.interrupted = true;
    changed_.notify_all();
  }
  tally_.elapsed = steady_clock::now() - begun;
  return tally_;
}

void Simulator::work() {
  EstClient client({plan_.provisioning.est_url, plan_.provisioning.ca_pin, plan_.ca_file},
                   plan_.connections);
  while (auto device = next()) {
    advance(client, *device);
    if (device->step == Step::kDone) {
      const std::lock_guard lock(mutex_);
      --busy_;
      changed_.notify_all();
    } else {
      put_back(std::move(*device));
    }
  }
  const std::lock_guard lock(mutex_);
  --working_;
  changed_.notify_all();
}

// A device that has waited long enough, else a new one, else whoever comes back first.
std::optional<Device> Simulator::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) return {};
    const bool due = !waiting_.empty() && waiting_.front().due <= steady_clock::now();
    if (due || tally_.begun < plan_.count) {
      ++busy_;
      if (!due) return make_device();
      std::ranges::pop_heap(waiting_, comes_later);
      Device device = std::move(waiting_.back());
      waiting_.pop_back();
      return device;
    }
    if (!waiting_.empty()) {
      // A copy: the library looks at the time again after the wait, when the device may be another
      // worker's.
      const auto until = waiting_.front().due;
      changed_.wait_until(lock, until);
    } else if (busy_ > 0) {
      changed_.wait(lock);
    } else {
      return {};
    }
  }
}

std::optional<Device> Simulator::make_device() {
  char number[24];
  std::snprintf(number, sizeof number, "%06zu", ++tally_.begun);
  Device device{.serial = plan_.serial_prefix + number};
  const std::vector<base::Secret>& tokens = plan_.provisioning.tokens;
  device.token = &tokens[tally_.begun % tokens.size()];
  device.patient_until = steady_clock::now() + plan_.patience;
  return device;
}

void Simulator::put_back(Device device) {
  const std::lock_guard lock(mutex_);
  --busy_;
  waiting_.push_back(std::move(device));
  std::ranges::push_heap(waiting_, comes_later);
  changed_.notify_all();
}

// Step after step, until the device is done or has to wait.
void Simulator::advance(EstClient& client, Device& device) {
  device.due = {};
  while (device.step != Step::kDone && device.due == steady_clock::time_point{}) {
    switch (device.step) {
      case Step::kEnrol:
        enrol(client, device);
        break;
      case Step::kRenew:
        renew(client, device);
        break;
      case Step::kReport:
        report(client, device);
        break;
      case Step::kDone:
        break;
    }
  }
}

void Simulator::enrol(EstClient& client, Device& device) {
  if (device.request.empty()) {
    auto key = pki::DeviceKey::make();
    if (!key) return fail(device, {"enrol", 0, key.error().message});
    device.key = std::move(*key);
    auto request = pki::request_enrollment(device.key, device.serial, facts_of(plan_, device));
    if (!request) return fail(device, {"enrol", 0, request.error().message});
    device.request = std::move(*request);
  }
  const EstReply reply = client.enroll(*device.token, device.request);
  if (has_to_wait(reply, device)) return;
  if (reply.status == 202) {
    device.step = Step::kDone;
    return count([](SimulatorTally& tally) { ++tally.pending; });
  }
  if (reply.status != 200) return refuse(device, "enrol", reply);
  if (!take_certificate(reply, device.key, device)) {
    return fail(device, {"enrol", 0, "the answer is not a certificate for the device's key"});
  }
  count([&reply](SimulatorTally& tally) {
    ++tally.enrolled;
    tally.enrol_calls.push_back(reply.call);
    if (reply.connected) tally.handshakes.push_back(reply.tls);
  });
  go_on(device, Step::kRenew);
}

void Simulator::renew(EstClient& client, Device& device) {
  if (device.request.empty()) {
    auto key = pki::DeviceKey::make();
    if (!key) return fail(device, {"renew", 0, key.error().message});
    device.next_key = std::move(*key);
    auto request = pki::request_renewal(device.next_key, device.certificate);
    if (!request) return fail(device, {"renew", 0, request.error().message});
    device.request = std::move(*request);
  }
  const EstReply reply = client.renew({device.key, device.certificate}, device.request);
  if (has_to_wait(reply, device)) return;
  if (reply.status != 200) return refuse(device, "renew", reply);
  if (!take_certificate(reply, device.next_key, device)) {
    return fail(device, {"renew", 0, "the answer is not a certificate for the device's key"});
  }
  device.key = device.next_key;
  count([](SimulatorTally& tally) { ++tally.renewed; });
  go_on(device, Step::kReport);
}

void Simulator::report(EstClient& client, Device& device) {
  const EstReply reply = client.report({device.key, device.certificate}, facts_of(plan_, device));
  if (has_to_wait(reply, device)) return;
  if (reply.status != 204) return refuse(device, "report", reply);
  count([](SimulatorTally& tally) { ++tally.reported; });
  go_on(device, Step::kDone);
}

// Whether the service says to come back, and the device has the patience.
bool Simulator::has_to_wait(const EstReply& reply, Device& device) {
  if (reply.status != 202 && reply.status != 429 && reply.status != 503) return false;
  const auto due = steady_clock::now() + std::max(reply.retry_after, kUsualWait);
  if (due > device.patient_until) return false;
  device.due = due;
  return true;
}

bool Simulator::take_certificate(const EstReply& reply, const pki::DeviceKey& key, Device& device) {
  const auto der = octets_of(reply.body);
  auto found = der ? pki::certificate_for(key, *der) : der;
  if (!found) return false;
  device.certificate = std::move(*found);
  return true;
}

void Simulator::refuse(Device& device, const char* step, const EstReply& reply) {
  fail(device,
       {step, reply.status, reply.failure.empty() ? first_line(reply.body) : reply.failure});
}

void Simulator::fail(Device& device, Refusal refusal) {
  device.step = Step::kDone;
  count([&refusal](SimulatorTally& tally) {
    ++tally.failed;
    ++tally.refusals[std::move(refusal)];
  });
}

// To `step`, or the one after it if the plan leaves that out.
void Simulator::go_on(Device& device, Step step) {
  device.request.clear();
  if (step == Step::kRenew && !plan_.renew) step = Step::kReport;
  if (step == Step::kReport && !plan_.report) step = Step::kDone;
  device.step = step;
  if (step != Step::kDone) return;
  if (!plan_.keep.empty()) {
    const base::Status kept =
        keep_device(plan_.keep, device.serial, {device.key, device.certificate}, chain_);
    if (!kept) return fail(device, {"keep", 0, kept.error().message});
  }
  count([](SimulatorTally& tally) { ++tally.finished; });
}

}  // namespace

base::Result<SimulatorTally> simulate_devices(const SimulatorPlan& plan,
                                              const SimulatorWatch& watch) {
  MUSTER_TRY(check_plan(plan));
  std::string chain;
  if (!plan.keep.empty()) {
    EstClient client({plan.provisioning.est_url, plan.provisioning.ca_pin, plan.ca_file}, {});
    chain = MUSTER_TRY(chain_to_keep(client, plan.keep));
  }
  return Simulator(plan, std::move(chain)).run(watch);
}

}  // namespace muster::app
