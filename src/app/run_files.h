// What a running service leaves for scripts and commands to find it by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/settings.h"
#include "base/result.h"

namespace muster::app {

// Replaces `path` in one step, so that a reader never sees half of it. kConfiguration when it
// cannot.
[[nodiscard]] base::Status write_file_at_once(const std::string& path, const std::string& text);
[[nodiscard]] base::Status write_port_file(const std::string& path, std::uint16_t port);

struct RunInfo {
  std::string base_url;
  std::string ca_file;         // empty: the system's authorities
  std::string plain_url = {};  // of the first listener without TLS; empty if there is none
};
// `DIR/run.json`: where the service of this data directory answers. Removed at its end, unless
// another process has written it since.
[[nodiscard]] base::Status write_run_info(const std::string& data, const RunInfo& info);
[[nodiscard]] std::optional<RunInfo> read_run_info(const std::string& data);
void remove_run_info(const std::string& data);

// Where the service of these settings is reached, as far as a command beside it can know:
// `public_base_url`, else what the running service says, else the address of the default listener.
[[nodiscard]] std::string base_url_of(const Settings& settings);

}  // namespace muster::app
