// What the files of the command line share: the line as it is being built, and how a command with
// settings and options is added to it. One cli_*.cc for each family of commands; each keeps the
// options of its commands to itself.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/settings.h"
#include "app/settings_reader.h"
#include "app/settings_table.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

// What the chosen command does with the settings. Set by the command's callback.
using Command = std::function<base::Status(const Settings&)>;

// The command line as it is being built: settings given as flags, and the choice. Outlives the
// commands that are added with it.
struct Line {
  SettingSources sources{{}, environment_variables()};
  Command chosen;
  std::function<void()> without_settings;  // a command that needs none
  base::SystemClock clock;
};

// A command below `parent` that takes the settings of `use` and runs `run`.
CLI::App* add_command(CLI::App& parent, Line& line, const std::string& name,
                      const std::string& sentence, SettingUse use, Command run);

CLI::Option* add_text(CLI::App& command, const std::string& flag, std::string& value,
                      const std::string& placeholder, const std::string& sentence);

// An option that may be given several times, one value each.
void add_repeatable(CLI::App& command, const std::string& flag, std::vector<std::string>& values,
                    const std::string& placeholder, const std::string& sentence);

// A check that the value is one of these; the option's placeholder names them.
[[nodiscard]] CLI::Validator choice(const std::vector<std::string>& values);

// The value of --`option`, a second at least. kConfiguration naming the option.
[[nodiscard]] base::Result<std::chrono::seconds> parse_seconds(std::string_view option,
                                                               std::string_view text);

// The families of commands that have a file of their own, cli_<family>.cc.
void add_backup_commands(CLI::App& root, Line& line);
void add_ca_commands(CLI::App& root, Line& line);
void add_copy_command(CLI::App& root, Line& line);
void add_migrate_command(CLI::App& root, Line& line);
void add_keys_commands(CLI::App& root, Line& line);
void add_profile_commands(CLI::App& root, Line& line);
void add_device_commands(CLI::App& root, Line& line);

}  // namespace muster::app
