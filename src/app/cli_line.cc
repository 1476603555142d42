#include "app/cli_line.h"

#include <utility>

#include "app/settings_value.h"

namespace muster::app {
namespace {

void add_setting(CLI::App& command, Line& line, const SettingRow& row) {
  const std::string name(row.name);
  const std::string flag = flag_of(row);
  std::string sentence(row.sentence);
  const std::string group(title_of(row.group));
  if (const std::string usual = text_of(Settings(), row); !usual.empty()) {
    sentence += " [" + usual + "]";
  }
  if (row.kind == SettingKind::kBool) {
    command
        .add_flag_callback(
            flag, [&line, name] { line.sources.flags.emplace_back(name, "true"); }, sentence)
        ->group(group);
    command
        .add_flag_callback("--no-" + flag.substr(2),
                           [&line, name] { line.sources.flags.emplace_back(name, "false"); })
        ->group("");
    return;
  }
  command
      .add_option_function<std::vector<std::string>>(
          flag,
          [&line, name](const std::vector<std::string>& values) {
            for (const std::string& value : values) line.sources.flags.emplace_back(name, value);
          },
          sentence)
      ->expected(1)
      ->allow_extra_args(false)  // the next word is a command's argument
      ->multi_option_policy(row.kind == SettingKind::kTexts ? CLI::MultiOptionPolicy::TakeAll
                                                            : CLI::MultiOptionPolicy::TakeLast)
      ->type_name(std::string(placeholder_of(row)))
      ->group(group);
}

}  // namespace

base::Result<std::chrono::seconds> parse_seconds(std::string_view option, std::string_view text) {
  const auto duration = parse_duration(text);
  if (duration && duration->count() >= 1'000) {
    return std::chrono::duration_cast<std::chrono::seconds>(*duration);
  }
  return base::fail(base::ErrorCode::kConfiguration,
                    "--" + std::string(option) + " takes a time such as 30s, 1h or 7d; '" +
                        std::string(text) + "' is none.",
                    std::string(option));
}

CLI::App* add_command(CLI::App& parent, Line& line, const std::string& name,
                      const std::string& sentence, SettingUse use, Command run) {
  CLI::App* command = parent.add_subcommand(name, sentence);
  for (const SettingRow& row : settings_table()) {
    if ((row.uses & use) != 0) add_setting(*command, line, row);
  }
  command->callback([&line, run = std::move(run)] { line.chosen = run; });
  return command;
}

void add_repeatable(CLI::App& command, const std::string& flag, std::vector<std::string>& values,
                    const std::string& placeholder, const std::string& sentence) {
  command.add_option(flag, values, sentence)
      ->expected(1)
      ->allow_extra_args(false)  // the next word is a command's argument
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name(placeholder);
}

CLI::Option* add_text(CLI::App& command, const std::string& flag, std::string& value,
                      const std::string& placeholder, const std::string& sentence) {
  return command.add_option(flag, value, sentence)->type_name(placeholder);
}

CLI::Validator choice(const std::vector<std::string>& values) {
  return CLI::IsMember(values).description("");
}

}  // namespace muster::app
