#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/cli_line.h"
#include "app/profile_commands.h"

namespace muster::app {
namespace {

// The options of the commands; those of one run are those of one command.
struct Given {
  ProfileOptions options;
  std::string validity;
};
using Shared = std::shared_ptr<Given>;

using ProfileRun = base::Status (*)(const Settings&, const ProfileOptions&, const base::Clock&);

CLI::App* add_profile_command(CLI::App& parent, Line& line, const Shared& given,
                              const std::string& name, const std::string& sentence,
                              ProfileRun run) {
  return add_command(parent, line, name, sentence, kForClient,
                     [&line, given, run](const Settings& settings) -> base::Status {
                       if (!given->validity.empty()) {
                         given->options.validity =
                             MUSTER_TRY(parse_seconds("validity", given->validity));
                       }
                       return run(settings, given->options, line.clock);
                     });
}

}  // namespace

void add_profile_commands(CLI::App& root, Line& line) {
  CLI::App* profile =
      root.add_subcommand("profile", "Enrolment profiles, over the HTTP API of a service.");
  profile->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  ProfileOptions& options = given->options;
  const auto id = [&](CLI::App* command) {
    command->add_option("ID", options.id, "Id of the profile.")->required();
    return command;
  };
  const auto json = [&](CLI::App* command) {
    command->add_flag("--json", options.json, "Print JSON.");
    return command;
  };
  CLI::App* create =
      json(add_profile_command(*profile, line, given, "create",
                               "Create a profile, with token and QR code.", run_profile_create));
  add_text(*create, "--name", options.name, "NAME", "Display name.")->required();
  add_text(*create, "--description", options.description, "TEXT", "Description.");
  add_text(*create, "--validity", given->validity, "TIME",
           "How long the token is valid, e.g. 7d; by default as the service says.");
  create->footer(
      "  muster profile create --data var --name 'Shop floor' --validity 7d\n"
      "  MUSTER_TOKEN=… muster profile create --url https://muster.example --name 'Shop floor'");
  json(add_profile_command(*profile, line, given, "list", "List all profiles.", run_profile_list));
  json(id(add_profile_command(*profile, line, given, "show", "Show a profile.", run_profile_show)));
  CLI::App* qr = id(add_profile_command(
      *profile, line, given, "qr", "Draw the QR code that a new device scans.", run_profile_qr));
  add_text(*qr, "--format", options.format, "terminal|png|svg", "Form of the picture. [terminal]")
      ->check(choice({"terminal", "png", "svg"}));
  add_text(*qr, "--out", options.out, "FILE", "File to write; by default standard output.");
  qr->footer(
      "  muster profile qr --data var ID\n"
      "  muster profile qr --data var ID --format svg --out code.svg");
  CLI::App* poster = id(add_profile_command(*profile, line, given, "poster",
                                            "Draw a page with the QR code and what to do with it.",
                                            run_profile_poster));
  add_text(*poster, "--format", options.format, "pdf|svg",
           "Form of the page; by default as the file's name ends, else pdf.")
      ->check(choice({"pdf", "svg"}));
  add_text(*poster, "--paper", options.paper, "a4|letter", "Size of the page. [a4]")
      ->check(choice({"a4", "letter"}));
  add_text(*poster, "--out", options.out, "FILE", "File to write; by default standard output.");
  poster->footer("  muster profile poster --data var ID --out poster.pdf");
  CLI::App* token = json(
      id(add_profile_command(*profile, line, given, "token",
                             "Replace the token, and with it the QR code.", run_profile_token)));
  add_text(*token, "--validity", given->validity, "TIME", "How long it is valid, e.g. 7d.")
      ->required();
  id(add_profile_command(*profile, line, given, "revoke", "End the token; enrolled devices stay.",
                         run_profile_revoke));
  CLI::App* policy = json(
      id(add_profile_command(*profile, line, given, "policy",
                             "Show or change what it demands of devices.", run_profile_policy)));
  policy
      ->add_option("--token-usage-limit", options.token_usage_limit,
                   "How many devices a token lets in; 0 is no limit.")
      ->type_name("NUMBER");
  add_text(*policy, "--approval", options.approval, "notRequired|required",
           "Whether an administrator has to approve each device.")
      ->check(choice({"notRequired", "required"}));
  add_text(*policy, "--key-attestation", options.key_attestation, "off|prefer|require",
           "Whether devices prove by key attestation what they are.")
      ->check(choice({"off", "prefer", "require"}));
  id(add_profile_command(*profile, line, given, "delete", "Delete a profile.", run_profile_delete));
}

}  // namespace muster::app
