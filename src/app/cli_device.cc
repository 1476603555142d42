#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/cli_line.h"
#include "app/device_commands.h"

namespace muster::app {
namespace {

constexpr std::size_t kMostDevices = 10'000'000;
constexpr std::size_t kMostAtOnce = 1'000;

struct GivenSimulation {
  SimulateOptions options;
  std::string patience;
  bool no_renew = false;
  bool no_report = false;
};

void add_load_options(CLI::App& command, GivenSimulation& given) {
  SimulatorPlan& plan = given.options.plan;
  command.add_option("--count", plan.count, "How many devices. [1]")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::size_t{1}, kMostDevices));
  command.add_option("--concurrency", plan.concurrency, "How many of them at a time. [1]")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::size_t{1}, kMostAtOnce));
  command.add_flag("--no-renew", given.no_renew, "Do not renew the certificate.");
  command.add_flag("--no-report", given.no_report, "Do not report.");
  add_text(command, "--patience", given.patience, "TIME",
           "How long a device waits when the service tells it to, e.g. for approval. [5m]");
  command.add_flag("--keep-connections", plan.connections.keep,
                   "Enrol over connections that stay; else each device makes its own.");
  command.add_flag("--tls-resume", plan.connections.resume,
                   "New connections resume the TLS sessions of earlier ones.");
}

void add_device_options(CLI::App& command, SimulatorPlan& plan) {
  add_text(command, "--serial-prefix", plan.serial_prefix, "TEXT",
           "Serial numbers are this and a number from 000001 on; the same ones are the same "
           "devices. [SIM-]");
  add_text(command, "--manufacturer", plan.manufacturer, "TEXT", "Manufacturer. [Muster]");
  add_text(command, "--model", plan.model, "TEXT", "Model. [Simulated]");
  add_text(command, "--keep", plan.keep, "DIR",
           "Write key, certificate and chain of each device as PEM files there.");
  add_text(command, "--ca-cert", plan.ca_file, "FILE",
           "Authority of the service, for payloads without CA_PIN; else the system's.");
}

void add_simulate_command(CLI::App& device, Line& line) {
  const auto given = std::make_shared<GivenSimulation>();
  CLI::App* simulate =
      device.add_subcommand("simulate", "Enrol, renew and report as devices would.");
  add_text(*simulate, "--profile", given->options.profile, "FILE|TEXT",
           "What a device scans: a PNG of the QR code, a file with its text, or that text; - is "
           "standard input. Texts of several profiles stand on a line each and are taken by "
           "turns.")
      ->required();
  add_load_options(*simulate, *given);
  add_device_options(*simulate, given->options.plan);
  simulate->add_flag("--json", given->options.json, "Print the summary as JSON.");
  simulate->footer(
      "  muster profile qr --data var ID --format png | muster device simulate --profile -\n"
      "  muster device simulate --profile qr.png --count 10000 --concurrency 64 --no-renew");
  simulate->callback([&line, given] {
    line.chosen = [given](const Settings&) -> base::Status {
      SimulatorPlan& plan = given->options.plan;
      if (!given->patience.empty()) {
        plan.patience = MUSTER_TRY(parse_seconds("patience", given->patience));
      }
      plan.renew = !given->no_renew;
      plan.report = !given->no_report;
      return run_device_simulate(given->options);
    };
  });
}

using DeviceRun = base::Status (*)(const Settings&, const DeviceOptions&, const base::Clock&);

void add_api_commands(CLI::App& device, Line& line) {
  const auto given = std::make_shared<DeviceOptions>();
  DeviceOptions& options = *given;
  const auto add = [&](const char* name, const char* sentence, DeviceRun run) {
    return add_command(device, line, name, sentence, kForClient,
                       [&line, given, run](const Settings& settings) {
                         return run(settings, *given, line.clock);
                       });
  };
  const auto id = [&](CLI::App* command, const char* of_what) {
    command->add_option("ID", options.id, of_what)->required();
    return command;
  };
  const auto json = [&](CLI::App* command) {
    command->add_flag("--json", options.json, "Print JSON.");
    return command;
  };
  constexpr const char* kDevice = "Id of the device.";
  constexpr const char* kEnrollment = "Id of the enrolment, as `device enrollments` shows it.";
  CLI::App* list = json(add("list", "List enrolled devices.", run_device_list));
  add_text(*list, "--profile", options.profile, "ID", "Those that enrolled through this profile.");
  add_text(*list, "--serial", options.serial, "TEXT", "Those with this serial number.");
  json(id(add("show", "Show a device.", run_device_show), kDevice));
  id(add("retire", "End its certificate; it keeps its entry.", run_device_retire), kDevice);
  id(add("delete", "End its certificate and delete its entry.", run_device_delete), kDevice);
  CLI::App* enrollments =
      json(add("enrollments", "List enrolments and renewals.", run_device_enrollments));
  enrollments->add_flag("--pending", options.pending, "Those that wait for approval.");
  id(add("approve", "Let a device that waits enrol.", run_device_approve), kEnrollment);
  id(add("deny", "Refuse a device that waits.", run_device_deny), kEnrollment);
}

}  // namespace

void add_device_commands(CLI::App& root, Line& line) {
  CLI::App* device = root.add_subcommand("device", "Devices: simulated, and those of a service.");
  device->require_subcommand(1);
  add_api_commands(*device, line);
  add_simulate_command(*device, line);
}

}  // namespace muster::app
