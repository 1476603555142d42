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
           "standard input.")
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

}  // namespace

void add_device_commands(CLI::App& root, Line& line) {
  CLI::App* device = root.add_subcommand("device", "Devices: simulated, and those of a service.");
  device->require_subcommand(1);
  add_simulate_command(*device, line);
}

}  // namespace muster::app
