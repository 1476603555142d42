#include "app/cli.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/check_config.h"
#include "app/cli_line.h"
#include "app/exit_code.h"
#include "app/local_commands.h"
#include "app/print.h"
#include "app/reference.h"
#include "app/serve.h"
#include "app/settings_reader.h"
#include "app/settings_table.h"
#include "app/settings_value.h"

namespace muster::app {
namespace {

constexpr const char* kVersion = "muster " MUSTER_VERSION;

// Words of a command, e.g. "muster app create".
std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : path_of(*parent) + " " + command.get_name();
}

using Glossary = std::vector<std::pair<std::string, std::string>>;

// Commands that do something, by their words below `parent`.
void collect_commands(const CLI::App& parent, const std::string& prefix, Glossary& found) {
  for (const CLI::App* command : parent.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string words = prefix + command->get_name();
    if (command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
      found.emplace_back(words, command->get_description());
    } else {
      collect_commands(*command, words + " ", found);
    }
  }
}

// Help that reads well on a terminal of a hundred columns: every command on the first page, options
// by group with their defaults, examples at the end.
class Help final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* command, std::string /*name*/,
                        CLI::AppFormatMode /*mode*/) const override {
    std::string out = command->get_description() + "\n\nUsage: " + path_of(*command);
    Glossary commands;
    collect_commands(*command, "", commands);
    if (!commands.empty()) out += " COMMAND";
    Glossary arguments;
    for (const CLI::Option* option : command->get_options()) {
      if (!option->get_positional()) continue;
      out += " " + option->get_name();
      arguments.emplace_back(option->get_name(), option->get_description());
    }
    out += " [OPTION]...\n";
    if (!commands.empty()) out += "\nCommands\n" + glossary(commands);
    if (!arguments.empty()) out += "\nArguments\n" + glossary(arguments);
    for (const std::string& group : command->get_groups()) out += options(*command, group);
    if (!command->get_footer().empty()) out += "\n" + command->get_footer() + "\n";
    return out;
  }

 private:
  static std::string options(const CLI::App& command, const std::string& group) {
    Glossary rows;
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_positional() || option->get_group() != group) continue;
      const std::string name = option->get_lnames().front();
      const bool two_ways = command.get_option_no_throw("--no-" + name) != nullptr;
      std::string term = (two_ways ? "--[no-]" : "--") + name;
      if (!option->get_type_name().empty()) term += " " + option->get_type_name();
      rows.emplace_back(term, option->get_description());
    }
    return rows.empty() || group.empty() ? "" : "\n" + group + "\n" + glossary(rows);
  }
};

void add_server_commands(CLI::App& root, Line& line) {
  add_command(root, line, "serve", "Serve the API until told to stop.", kForServer,
              [&line](const Settings& settings) {
                return run_serve(
                    settings, [&line] { return read_settings(line.sources); }, line.clock);
              })
      ->footer(
          "  muster serve --data var --listen 127.0.0.1:8443\n"
          "  muster serve --data var --listen 0.0.0.0:443 --server-names muster.example");
  add_command(
      root, line, "check-config",
      "Say what is wrong with the settings, and what a device would refuse.", kForServer,
      [&line](const Settings& settings) { return check_config(settings, line.clock, std::cout); });
}

void add_token_command(CLI::App& root, Line& line) {
  const auto options = std::make_shared<TokenOptions>();
  const auto expires = std::make_shared<std::string>();
  CLI::App* token =
      add_command(root, line, "token", "Print an access token of this service, and nothing else.",
                  kForLocal, [&line, options, expires](const Settings& settings) -> base::Status {
                    if (!expires->empty()) {
                      options->expires = MUSTER_TRY(parse_seconds("expires", *expires));
                    }
                    return run_token(settings, *options, line.clock);
                  });
  add_repeatable(*token, "--role", options->roles, "PERMISSION",
                 "Permission of an application's token; repeatable. Without --role and --scope the "
                 "token may do everything.");
  add_repeatable(*token, "--scope", options->scopes, "PERMISSION",
                 "Permission of a person's token; repeatable.");
  add_text(*token, "--expires", *expires, "TIME",
           "How long it is valid, e.g. 1h; by default --access-token-life.");
  token->footer(
      "Permissions are those of Microsoft Graph, e.g. DeviceManagementConfiguration.Read.All.\n\n"
      "  TOKEN=$(muster token --data var --expires 8h)\n"
      "  curl --cacert var/tls/ca.pem -H \"Authorization: Bearer $TOKEN\" \\\n"
      "    https://localhost:8443/beta/deviceManagement/androidForWorkEnrollmentProfiles");
}

void add_app_commands(CLI::App& root, Line& line) {
  CLI::App* app = root.add_subcommand("app", "Applications that may ask for access tokens.");
  app->require_subcommand(1);
  const auto options = std::make_shared<AppOptions>();
  CLI::App* create =
      add_command(*app, line, "create", "Register an application; its secret is shown once.",
                  kForLocal, [&line, options](const Settings& settings) {
                    return run_app_create(settings, *options, line.clock);
                  });
  add_text(*create, "--name", options->name, "NAME", "Name for people.")->required();
  add_repeatable(*create, "--role", options->roles, "PERMISSION",
                 "Permission of its tokens; repeatable, at least one.");
  create->get_option("--role")->required();
  create->add_flag("--json", options->json, "Print JSON: tenantId, clientId, clientSecret.");
  create->footer(
      "  muster app create --data var --name terraform \\\n"
      "    --role DeviceManagementConfiguration.ReadWrite.All --json");
  CLI::App* list = add_command(*app, line, "list", "List the applications of a tenant.", kForLocal,
                               [&line, options](const Settings& settings) {
                                 return run_app_list(settings, *options, line.clock);
                               });
  list->add_flag("--json", options->json, "Print JSON.");
  CLI::App* remove = add_command(
      *app, line, "delete", "Remove an application; tokens it has are refused within a second.",
      kForLocal, [&line, options](const Settings& settings) {
        return run_app_delete(settings, *options, line.clock);
      });
  remove->add_option("CLIENT-ID", options->client_id, "Its client id.")->required();
}

void add_tenant_commands(CLI::App& root, Line& line) {
  CLI::App* tenant = root.add_subcommand("tenant", "Tenants of this installation.");
  tenant->require_subcommand(1);
  const auto options = std::make_shared<TenantOptions>();
  CLI::App* create = add_command(*tenant, line, "create",
                                 "Make a tenant; --tenant gives its GUID, else one is made.",
                                 kForLocal, [&line, options](const Settings& settings) {
                                   return run_tenant_create(settings, *options, line.clock);
                                 });
  add_text(*create, "--name", options->name, "NAME", "Name for people.")->required();
  add_text(*create, "--label", options->label, "LABEL",
           "Public name in the URLs that devices use; else one is made.");
  create->add_flag("--json", options->json, "Print JSON: tenantId, name, label.");
  CLI::App* list = add_command(*tenant, line, "list", "List the tenants.", kForLocal,
                               [&line, options](const Settings& settings) {
                                 return run_tenant_list(settings, *options, line.clock);
                               });
  list->add_flag("--json", options->json, "Print JSON.");
}

void add_other_commands(CLI::App& root, Line& line) {
  CLI::App* reference =
      root.add_subcommand("reference", "Print a reference page in Markdown or TOML.");
  auto page = std::make_shared<std::string>();
  reference->add_option("PAGE", *page, "settings, errors, metrics or example-config.")
      ->required()
      ->check(CLI::IsMember({"settings", "errors", "metrics", "example-config"}));
  reference->callback(
      [&line, page] { line.without_settings = [page] { std::cout << reference_page(*page); }; });
  root.add_subcommand("version", "Print the version.")->callback([&line] {
    line.without_settings = [] { std::cout << kVersion << '\n'; };
  });
}

constexpr const char* kFooter =
    "Every setting is a flag, a variable MUSTER_<NAME> and a key of a TOML file; a flag beats a\n"
    "variable, a variable the file. `muster COMMAND --help` lists those of a command,\n"
    "`muster reference settings` all of them.\n\n"
    "Start a service, and create a first profile from another terminal:\n\n"
    "  muster serve --data var\n"
    "  muster profile create --data var --name 'Shop floor'\n"
    "  muster profile qr --data var ID\n\n"
    "Let a program call it:\n\n"
    "  muster app create --data var --name terraform \\\n"
    "    --role DeviceManagementConfiguration.ReadWrite.All";

void build(CLI::App& root, Line& line) {
  root.require_subcommand(1);
  root.formatter(std::make_shared<Help>());
  root.set_help_flag("--help", "Print this help.");
  root.set_version_flag("--version", kVersion, "Print the version.");
  add_server_commands(root, line);
  add_token_command(root, line);
  add_app_commands(root, line);
  add_tenant_commands(root, line);
  add_profile_commands(root, line);
  add_ca_commands(root, line);
  add_device_commands(root, line);
  add_keys_commands(root, line);
  add_backup_commands(root, line);
  add_copy_command(root, line);
  add_migrate_command(root, line);
  add_other_commands(root, line);
  root.footer(kFooter);  // last: commands take over the footer that their parent has
}

// The command that the words of the line lead to, as far as they lead.
CLI::App& chosen_command(CLI::App& root) {
  CLI::App* command = &root;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return *command;
}

// Says which word of the line the command does not know, and what may have been meant. Empty when
// there is none: then the library's own message says what is wrong.
std::string unknown_word(const CLI::App& command, const std::vector<std::string>& words) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  std::vector<std::string> names;
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(child->get_name());
  }
  // Words that led to the command itself are no names below it.
  const auto depth = static_cast<std::size_t>(std::ranges::count(path_of(command), ' '));
  for (std::size_t i = std::min(depth, words.size()); i < words.size(); ++i) {
    const bool is_flag = words[i].starts_with("--");
    if (!is_flag && names.empty()) continue;
    const std::string name = words[i].substr(0, words[i].find('='));
    const auto& known = is_flag ? flags : names;
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto near = nearest(name, known);
    return (is_flag ? "unknown option " : "unknown command ") + name +
           (near ? "; did you mean " + std::string(*near) + "?" : "");
  }
  return {};
}

int explain(CLI::App& root, const CLI::ParseError& error, const std::vector<std::string>& words) {
  if (error.get_exit_code() == 0) return root.exit(error);  // --help, --version
  const CLI::App& command = chosen_command(root);
  const std::string unknown = unknown_word(command, words);
  const bool leads_nowhere = command.get_require_subcommand_min() > 0;
  std::cerr << "muster: "
            << (!unknown.empty() ? unknown
                : leads_nowhere  ? "which command?"
                                 : error.what())
            << "\nSee `" << path_of(command) << " --help`.\n";
  return kUsage;
}

// A wrong flag is wrong usage; a wrong file or variable is not the fault of the line.
int exit_code_of(const base::Error& error) {
  const bool flags_only =
      std::all_of(error.details.begin(), error.details.end(),
                  [](const base::ErrorDetail& fault) { return fault.message.starts_with("--"); });
  return flags_only ? kUsage : kFailed;
}

}  // namespace

int run_cli(int argc, const char* const* argv) {
  CLI::App root(
      "Muster: enrolment of Android Enterprise devices behind the Microsoft Graph contract.",
      "muster");
  Line line;
  build(root, line);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(root, error, {argv + 1, argv + argc});
  }
  if (line.without_settings) {
    line.without_settings();
    return kDone;
  }
  const base::Result<Settings> settings = read_settings(line.sources);
  if (!settings) {
    print_error(settings.error());
    return exit_code_of(settings.error());
  }
  const base::Status status = line.chosen(*settings);
  if (status) return kDone;
  print_error(status.error());
  return kFailed;
}

}  // namespace muster::app
