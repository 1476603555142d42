#include <memory>

#include <CLI/CLI.hpp>

#include "app/ca_commands.h"
#include "app/cli_line.h"

namespace muster::app {
namespace {

using CaRun = base::Status (*)(const Settings&, const CaOptions&, const base::Clock&);

CLI::App* add_ca_command(CLI::App& parent, Line& line, const std::shared_ptr<CaOptions>& options,
                         const std::string& name, const std::string& sentence, CaRun run) {
  return add_command(parent, line, name, sentence, kForLocal,
                     [&line, options, run](const Settings& settings) {
                       return run(settings, *options, line.clock);
                     });
}

}  // namespace

void add_ca_commands(CLI::App& root, Line& line) {
  CLI::App* ca = root.add_subcommand("ca", "The certificate authority of a tenant's devices.");
  ca->require_subcommand(1);
  const auto options = std::make_shared<CaOptions>();
  const auto json = [&](CLI::App* command) {
    command->add_flag("--json", options->json, "Print JSON.");
    return command;
  };
  json(add_ca_command(*ca, line, options, "show", "List its generations.", run_ca_show));
  add_ca_command(*ca, line, options, "export", "Print its certificates in PEM, the newest first.",
                 run_ca_export)
      ->footer("  muster ca export --data var > devices-ca.pem");
  json(add_ca_command(*ca, line, options, "replace",
                      "Make the next generation; certificates of the last one stay good.",
                      run_ca_replace));
  CLI::App* import =
      json(add_ca_command(*ca, line, options, "import",
                          "Let an authority that was made elsewhere issue.", run_ca_import));
  add_text(*import, "--certificate", options->certificate, "FILE",
           "PEM of the issuing certificate.")
      ->required();
  add_text(*import, "--key", options->key, "FILE|URI", "PEM of its key, or a PKCS#11 URI.")
      ->required();
  add_text(*import, "--root", options->root, "FILE", "PEM of the root that it leads to.")
      ->required();
}

}  // namespace muster::app
