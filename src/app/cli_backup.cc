#include <memory>

#include <CLI/CLI.hpp>

#include "app/backup_commands.h"
#include "app/cli_line.h"

namespace muster::app {

void add_backup_commands(CLI::App& root, Line& line) {
  const auto backup = std::make_shared<BackupOptions>();
  CLI::App* make = add_command(root, line, "backup",
                               "Keep a copy of the installation in one file, also while it runs.",
                               kForFolder, [&line, backup](const Settings& settings) {
                                 return run_backup(settings, *backup, line.clock);
                               });
  add_text(*make, "--out", backup->out, "FILE", "The file to make; it must not exist.")->required();
  make->add_flag("--without-secrets", backup->without_secrets,
                 "Leave out the key of all secrets and the TLS folder.");
  make->footer("  muster backup --data var --out muster-$(date +%F).tar");
  const auto restore = std::make_shared<RestoreOptions>();
  CLI::App* fill = add_command(
      root, line, "restore", "Fill an absent or empty data directory from a backup.", kForFolder,
      [restore](const Settings& settings) { return run_restore(settings, *restore); });
  add_text(*fill, "--from", restore->from, "FILE", "What `muster backup` made.")->required();
  fill->footer("  muster restore --from muster-2026-11-28.tar --data var");
}

}  // namespace muster::app
