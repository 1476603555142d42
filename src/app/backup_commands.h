// `muster backup` and `muster restore`: an installation as one file. A backup is taken beside a
// running service; the file is a tar with backup.json (backup_manifest.h), the store, and, unless
// left out, the vault's key, the TLS folder and the settings file.
#pragma once

#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

struct BackupOptions {
  std::string out = {};          // the file to be made, mode 0600; must not exist
  bool without_secrets = false;  // leaves out what is_secret_part()
};

// Everything that the service had acknowledged before the call is in the file, by whole
// transactions. The name `out` appears when all of it is on the disk; until then it needs twice the
// room, in the folder `out`.part. Prints what was kept. kConfiguration, naming the file, for
// whatever fails.
[[nodiscard]] base::Status run_backup(const Settings& settings, const BackupOptions& options,
                                      const base::Clock& clock);

struct RestoreOptions {
  std::string from = {};
};

// Fills a data directory that is absent or empty; it is an installation when the call returns
// without a fault, and as it was otherwise. Checks every hash, all of the store and its rows.
// Prints what is there and, to standard error, what is missing.
[[nodiscard]] base::Status run_restore(const Settings& settings, const RestoreOptions& options);

}  // namespace muster::app
