#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli_line.h"
#include "app/key_commands.h"

namespace muster::app {
namespace {

using KeysRun = base::Status (*)(const Settings&, const KeyOptions&, const base::Clock&);

}  // namespace

void add_keys_commands(CLI::App& root, Line& line) {
  CLI::App* keys =
      root.add_subcommand("keys", "Keys that seal the store's secrets and sign access tokens.");
  keys->require_subcommand(1);
  const auto options = std::make_shared<KeyOptions>();
  const auto add = [&](const char* name, const char* sentence, KeysRun run) {
    return add_command(*keys, line, name, sentence, kForLocal,
                       [&line, options, run](const Settings& settings) {
                         return run(settings, *options, line.clock);
                       });
  };
  add("list", "List the data keys, and what wraps them.", run_keys_list)
      ->add_flag("--json", options->json, "Print JSON.");
  add("rotate-kek", "Wrap the data keys anew, under the first of --key-encryption-keys.",
      run_keys_rotate_kek)
      ->footer(
          "Every node is given the new key and then the old one, and reloads; this command "
          "follows,\n"
          "and then the old key can be taken away:\n\n"
          "  muster keys rotate-kek --data var --key-encryption-keys file:new.key \\\n"
          "    --key-encryption-keys file:var/secrets/vault.key");
  add("rotate", "Make a new data key, which seals what is written from now on.", run_keys_rotate);
  add("reseal", "Seal what is under older data keys anew under the newest; can be broken off.",
      run_keys_reseal);
  add("retire", "Remove a data key under which nothing is sealed any more.", run_keys_retire)
      ->add_option("KEY", options->number, "Its number.")
      ->required();
  add("renew-signing", "Replace the keys that sign access tokens: tokens from before are refused.",
      run_keys_renew_signing);
}

}  // namespace muster::app
