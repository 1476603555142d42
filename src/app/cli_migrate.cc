#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli_line.h"
#include "app/migrate_command.h"
#include "store/schema.h"

namespace muster::app {

void add_migrate_command(CLI::App& root, Line& line) {
  const auto options = std::make_shared<MigrateCommand>();
  CLI::App* migrate = add_command(
      root, line, "migrate", "Bring the schema of the store up to date, or print it.", kForDatabase,
      [options](const Settings& settings) { return run_migrate(settings, *options); });
  std::string words;
  for (const std::string& name : store::engine_names()) words += (words.empty() ? "" : "|") + name;
  add_text(*migrate, "--engine", options->engine, words,
           "What keeps the records; by default as the store was set up, else what it says.")
      ->check(choice(store::engine_names()));
  CLI::Option* print =
      migrate->add_flag("--print", options->print,
                        "Print the whole schema as SQL and open nothing; may be run again.");
  migrate->add_flag("--dry-run", options->dry_run, "Say what would be done.")->excludes(print);
  migrate->add_flag("--json", options->json, "Print JSON: engine, version, applied, pending.")
      ->excludes(print);
  migrate->footer(
      "`muster serve` does the same when it starts; with large tables and with several nodes, run\n"
      "this first. Nodes that serve go on meanwhile.\n\n"
      "  muster migrate --store postgres://muster@db.example/muster --dry-run\n"
      "  muster migrate --engine citus --print | psql -v ON_ERROR_STOP=1 postgres://...");
}

}  // namespace muster::app
