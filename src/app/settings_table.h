// The one table of settings: a row each, from which flag, environment variable, key of the file,
// `--help`, docs/settings.md and the example file all derive.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/settings.h"
#include "base/result.h"
#include "base/secret.h"

namespace muster::app {

enum class SettingKind : std::uint8_t {
  kText,
  kTexts,     // flag repeats, environment separates by commas, file has an array
  kPath,      // in a file: relative to the file's folder
  kChoice,    // one of `choices`
  kBool,      // flag: --name or --no-name
  kNumber,    // decimal
  kSize,      // octets, "1MiB"
  kDuration,  // "90d"
  kSecret,    // never printed
};

enum class SettingGroup : std::uint8_t {
  kGeneral,
  kListeners,
  kTls,
  kLogs,
  kProfiles,
  kDevices,
  kAuthentication,
  kStore,
  kLimits,
  kClient,
};

// Commands that take the setting as a flag, as bits.
enum SettingUse : std::uint8_t {
  kForServer = 1,     // serve, check-config
  kForLocal = 2,      // token, app, tenant: work on the data directory
  kForClient = 4,     // profile: client of the HTTP API
  kForFolder = 8,     // backup, restore: files of the data directory
  kForDatabase = 16,  // migrate: the store alone
};

// How a row reaches its member of Settings.
template <typename T>
using SettingAccess = T& (*)(Settings&);
using SettingSlot =
    std::variant<SettingAccess<std::string>, SettingAccess<std::vector<std::string>>,
                 SettingAccess<bool>, SettingAccess<std::uint32_t>, SettingAccess<std::size_t>,
                 SettingAccess<std::chrono::seconds>, SettingAccess<std::chrono::milliseconds>,
                 SettingAccess<base::Secret>>;

struct SettingRow {
  std::string_view name;  // snake_case: key of the file
  SettingKind kind;
  SettingGroup group;
  std::uint8_t uses;
  SettingSlot slot;
  std::string_view placeholder = {};  // in help; empty: from the kind
  std::string_view choices = {};      // of kChoice, separated by `|`
  // Of numbers; octets of sizes; milliseconds of durations.
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  bool reloadable = false;  // SIGHUP takes a new value; others need a restart
  bool in_file = true;
  std::string_view sentence;
};

[[nodiscard]] std::span<const SettingRow> settings_table();
[[nodiscard]] const SettingRow* find_setting(std::string_view name);

[[nodiscard]] std::string flag_of(const SettingRow& row);              // "--max-body"
[[nodiscard]] std::string variable_of(const SettingRow& row);          // "MUSTER_MAX_BODY"
[[nodiscard]] std::string_view placeholder_of(const SettingRow& row);  // "SIZE"; empty for kBool
[[nodiscard]] std::string_view title_of(SettingGroup group);
inline constexpr SettingGroup kLastGroup = SettingGroup::kClient;

// Sets the member from one text; a list gets it appended. kConfiguration, with the row's name as
// target and a message that says what is expected; the message holds no secret.
[[nodiscard]] base::Status set_from_text(Settings& settings, const SettingRow& row,
                                         std::string_view text);
void clear_list(Settings& settings, const SettingRow& row);

// The value as set_from_text() takes it; of a list, joined by commas. A secret gives "" or "(set)".
[[nodiscard]] std::string text_of(const Settings& settings, const SettingRow& row);

// Flags of the settings that differ and that SIGHUP cannot change; `[[issuer]]` for those sections.
[[nodiscard]] std::vector<std::string> needing_restart(const Settings& running,
                                                       const Settings& read);

// One key of a section [[issuer]].
struct IssuerRow {
  std::string_view name;
  std::variant<std::string auth::ExternalIssuer::*,
               std::vector<std::string> auth::ExternalIssuer::*>
      member;
  bool path = false;
  std::string_view sentence;
};
[[nodiscard]] std::span<const IssuerRow> issuer_table();

}  // namespace muster::app
