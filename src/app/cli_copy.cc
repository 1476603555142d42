#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli_line.h"
#include "app/copy_command.h"

namespace muster::app {

void add_copy_command(CLI::App& root, Line& line) {
  const auto options = std::make_shared<CopyOptions>();
  CLI::App* copy = add_command(root, line, "copy",
                               "Copy all records to another store, also while the service runs.",
                               kForFolder, [&line, options](const Settings& settings) {
                                 return run_copy(settings, *options, line.clock);
                               });
  add_text(*copy, "--from", options->from, "STORE",
           "What is copied: sqlite:DIR, sqlite:FILE or postgres://…")
      ->required();
  add_text(*copy, "--to", options->to, "STORE", "Where to, in the same form.")->required();
  CLI::Option* finish = copy->add_flag(
      "--finish", options->finish,
      "The last pass, after the service was stopped: what was copied may then be served.");
  copy->add_flag("--verify", options->verify, "Compare only; write nothing.")->excludes(finish);
  copy->add_flag("--replace", options->replace,
                 "Also a destination that is in use or has other tenants: what the source has not "
                 "is removed.");
  copy->add_flag("--json", options->json, "Print JSON.");
  copy->footer(
      "Passes may be cut off and run again. Passwords are best kept in ~/.pgpass.\n\n"
      "  muster copy --data var --from sqlite:var --to postgres://muster@db.example/muster\n"
      "  systemctl stop muster\n"
      "  muster copy --data var --from sqlite:var --to postgres://muster@db.example/muster "
      "--finish");
}

}  // namespace muster::app
