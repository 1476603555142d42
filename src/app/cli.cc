#include "app/cli.h"

#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/check_config.h"
#include "app/exit_code.h"
#include "app/local_commands.h"
#include "app/print.h"
#include "app/profile_commands.h"
#include "app/reference.h"
#include "app/serve.h"
#include "app/settings_reader.h"
#include "app/settings_table.h"
#include "app/settings_value.h"
#include "base/clock.h"

namespace muster::app {
namespace {

// What the chosen command does with the settings. Set by the command's callback.
using Command = std::function<base::Status(const Settings&)>;

// The command line as it is being built: settings given as flags, options of commands, and the
// choice.
struct Line {
  SettingSources sources{{}, environment_variables()};
  TokenOptions token;
  AppOptions app;
  TenantOptions tenant;
  ProfileOptions profile;
  std::string expires;
  std::string validity;
  Command chosen;
  base::SystemClock clock;
};

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

void add_setting(CLI::App& command, Line& line, const SettingRow& row) {
  const std::string name(row.name);
  const std::string flag = flag_of(row);
  const std::string sentence(row.sentence);
  const std::string group(title_of(row.group));
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
      ->multi_option_policy(row.kind == SettingKind::kTexts ? CLI::MultiOptionPolicy::TakeAll
                                                            : CLI::MultiOptionPolicy::TakeLast)
      ->type_name(std::string(placeholder_of(row)))
      ->group(group);
}

// A command that takes the settings of `use` and runs `run`.
CLI::App* add_command(CLI::App& parent, Line& line, const std::string& name,
                      const std::string& sentence, SettingUse use, Command run) {
  CLI::App* command = parent.add_subcommand(name, sentence);
  for (const SettingRow& row : settings_table()) {
    if ((row.uses & use) != 0) add_setting(*command, line, row);
  }
  command->callback([&line, run = std::move(run)] { line.chosen = run; });
  return command;
}

void add_server_commands(CLI::App& root, Line& line) {
  add_command(root, line, "serve", "Serve the API until told to stop.", kForServer,
              [&line](const Settings& settings) {
                return run_serve(
                    settings, [&line] { return read_settings(line.sources); }, line.clock);
              });
  add_command(root, line, "check-config", "Say what is wrong with the settings.", kForServer,
              [&line](const Settings& settings) { return run_check_config(settings, line.clock); });
}

void add_token_command(CLI::App& root, Line& line) {
  CLI::App* token = add_command(root, line, "token", "Print a bearer token of the own issuer.",
                                kForLocal, [&line](const Settings& settings) -> base::Status {
                                  if (!line.expires.empty()) {
                                    line.token.expires =
                                        MUSTER_TRY(parse_seconds("expires", line.expires));
                                  }
                                  return run_token(settings, line.token, line.clock);
                                });
  token->add_option("--role", line.token.roles, "Permission of an app-only token; repeatable.");
  token->add_option("--scope", line.token.scopes, "Permission of a delegated token; repeatable.");
  token->add_option("--expires", line.expires, "How long it is valid, e.g. 1h (the default).");
}

void add_app_commands(CLI::App& root, Line& line) {
  CLI::App* app = root.add_subcommand("app", "Applications that may ask for tokens.");
  app->require_subcommand(1);
  CLI::App* create = add_command(
      *app, line, "create", "Register one; shows its secret once.", kForLocal,
      [&line](const Settings& settings) { return run_app_create(settings, line.app, line.clock); });
  create->add_option("--name", line.app.name, "Name for people.")->required();
  create->add_option("--role", line.app.roles, "Permission of its tokens; repeatable.")->required();
  create->add_flag("--json", line.app.json, "Print JSON.");
  CLI::App* list = add_command(
      *app, line, "list", "List a tenant's applications.", kForLocal,
      [&line](const Settings& settings) { return run_app_list(settings, line.app, line.clock); });
  list->add_flag("--json", line.app.json, "Print JSON.");
  CLI::App* remove = add_command(
      *app, line, "delete", "Remove one.", kForLocal,
      [&line](const Settings& settings) { return run_app_delete(settings, line.app, line.clock); });
  remove->add_option("client-id", line.app.client_id, "Its client id.")->required();
}

void add_tenant_commands(CLI::App& root, Line& line) {
  CLI::App* tenant = root.add_subcommand("tenant", "Tenants of this installation.");
  tenant->require_subcommand(1);
  CLI::App* create =
      add_command(*tenant, line, "create", "Make one; --tenant gives its GUID, else one is made.",
                  kForLocal, [&line](const Settings& settings) {
                    return run_tenant_create(settings, line.tenant, line.clock);
                  });
  create->add_option("--name", line.tenant.name, "Name for people.")->required();
  create->add_flag("--json", line.tenant.json, "Print JSON.");
  CLI::App* list = add_command(*tenant, line, "list", "List them.", kForLocal,
                               [&line](const Settings& settings) {
                                 return run_tenant_list(settings, line.tenant, line.clock);
                               });
  list->add_flag("--json", line.tenant.json, "Print JSON.");
}

using ProfileRun = base::Status (*)(const Settings&, const ProfileOptions&, const base::Clock&);

CLI::App* add_profile_command(CLI::App& parent, Line& line, const std::string& name,
                              const std::string& sentence, ProfileRun run) {
  return add_command(parent, line, name, sentence, kForClient,
                     [&line, run](const Settings& settings) -> base::Status {
                       if (!line.validity.empty()) {
                         line.profile.validity =
                             MUSTER_TRY(parse_seconds("validity", line.validity));
                       }
                       return run(settings, line.profile, line.clock);
                     });
}

void add_profile_commands(CLI::App& root, Line& line) {
  CLI::App* profile =
      root.add_subcommand("profile", "Enrolment profiles, over the HTTP API of a service.");
  profile->require_subcommand(1);
  ProfileOptions& options = line.profile;
  const auto id = [&](CLI::App* command) {
    command->add_option("id", options.id, "Id of the profile.")->required();
    return command;
  };
  const auto json = [&](CLI::App* command) {
    command->add_flag("--json", options.json, "Print JSON.");
    return command;
  };
  CLI::App* create = json(add_profile_command(
      *profile, line, "create", "Create one, with token and QR code.", run_profile_create));
  create->add_option("--name", options.name, "Display name.")->required();
  create->add_option("--description", options.description, "Description.");
  create->add_option("--validity", line.validity, "How long the token is valid, e.g. 7d.");
  json(add_profile_command(*profile, line, "list", "List all.", run_profile_list));
  json(id(add_profile_command(*profile, line, "show", "Show one.", run_profile_show)));
  CLI::App* qr = id(add_profile_command(*profile, line, "qr", "Draw its QR code.", run_profile_qr));
  qr->add_option("--format", options.format, "terminal, png or svg.")
      ->check(CLI::IsMember({"terminal", "png", "svg"}))
      ->capture_default_str();
  qr->add_option("--out", options.out, "File to write; standard output if absent.");
  CLI::App* token = json(
      id(add_profile_command(*profile, line, "token", "Replace its token.", run_profile_token)));
  token->add_option("--validity", line.validity, "How long the token is valid, e.g. 7d.")
      ->required();
  id(add_profile_command(*profile, line, "revoke", "End its token.", run_profile_revoke));
  id(add_profile_command(*profile, line, "delete", "Delete it.", run_profile_delete));
}

void add_reference_command(CLI::App& root, Line& line) {
  CLI::App* reference =
      root.add_subcommand("reference", "Print a reference page in Markdown or TOML.");
  auto page = std::make_shared<std::string>();
  reference->add_option("page", *page, "settings, errors, metrics or example-config.")
      ->required()
      ->check(CLI::IsMember({"settings", "errors", "metrics", "example-config"}));
  reference->callback([&line, page] {
    line.chosen = [page](const Settings&) {
      std::cout << reference_page(*page);
      return base::done();
    };
  });
}

constexpr const char* kFooter =
    "Every setting is a flag, a variable MUSTER_<NAME> and a key of the TOML file, in this order.\n"
    "'muster COMMAND --help' lists those of a command.\n\n"
    "  muster serve --data var --listen 127.0.0.1:8443\n"
    "  muster token --data var --expires 8h\n"
    "  muster profile create --data var --name 'Shop floor'\n";

}  // namespace

int run_cli(int argc, const char* const* argv) {
  CLI::App root("Muster: Android Enterprise enrolment behind the Microsoft Graph contract.",
                "muster");
  Line line;
  root.require_subcommand(1);
  root.footer(kFooter);
  root.set_help_all_flag();
  add_server_commands(root, line);
  add_token_command(root, line);
  add_app_commands(root, line);
  add_tenant_commands(root, line);
  add_profile_commands(root, line);
  add_reference_command(root, line);
  root.add_subcommand("version", "Print the version.")->callback([&line] {
    line.chosen = [](const Settings&) {
      std::cout << "muster " << MUSTER_VERSION << '\n';
      return base::done();
    };
  });
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? kDone : kUsage;
  }
  const base::Result<Settings> settings = read_settings(line.sources);
  if (!settings) {
    print_error(settings.error());
    return kUsage;
  }
  const base::Status status = line.chosen(*settings);
  if (status) return kDone;
  print_error(status.error());
  return kFailed;
}

}  // namespace muster::app
