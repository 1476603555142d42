#include "app/settings_reader.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

#include <unistd.h>

#include "app/settings_file.h"
#include "app/settings_table.h"
#include "app/settings_value.h"

namespace muster::app {
namespace {

using Faults = std::vector<base::ErrorDetail>;
constexpr std::string_view kPrefix = "MUSTER_";

void add_fault(Faults& faults, std::string message, std::string_view target) {
  faults.push_back({"configuration", std::move(message), std::string(target)});
}

// Kubernetes gives every container of a namespace variables about the service `muster`, which are
// not meant for it.
bool is_of_kubernetes(std::string_view variable) {
  return variable.starts_with("MUSTER_SERVICE_") || variable == "MUSTER_PORT" ||
         (variable.starts_with("MUSTER_PORT_") && variable != "MUSTER_PORT_FILE");
}

const SettingRow* row_of_variable(std::string_view variable) {
  for (const SettingRow& row : settings_table()) {
    if (variable_of(row) == variable) return &row;
  }
  return nullptr;
}

std::string nearest_variable(std::string_view variable) {
  std::vector<std::string> names;
  for (const SettingRow& row : settings_table()) names.push_back(variable_of(row));
  const auto near = nearest(variable, names);
  return near ? "; did you mean " + std::string(*near) + "?" : "";
}

void set_all(Settings& settings, const SettingRow& row, std::string_view text,
             const std::string& source, Faults& faults) {
  const base::Status set = set_from_text(settings, row, text);
  if (!set) add_fault(faults, source + ": " + set.error().message, row.name);
}

void apply_environment(const SettingSources& sources, Settings& settings,
                       std::set<std::string>& given, Faults& faults) {
  for (const auto& [variable, value] : sources.environment) {
    const SettingRow* row = row_of_variable(variable);
    if (row == nullptr) {
      if (is_of_kubernetes(variable)) continue;
      add_fault(faults, variable + ": unknown setting" + nearest_variable(variable), variable);
      continue;
    }
    if (value.empty()) continue;
    given.emplace(row->name);
    if (row->kind != SettingKind::kTexts) {
      set_all(settings, *row, value, variable, faults);
      continue;
    }
    clear_list(settings, *row);
    std::string_view rest = value;
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      set_all(settings, *row, rest.substr(0, comma), variable, faults);
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
  }
}

void apply_flags(const SettingSources& sources, Settings& settings, std::set<std::string>& given,
                 Faults& faults) {
  std::set<std::string_view> seen;
  for (const auto& [name, text] : sources.flags) {
    const SettingRow* row = find_setting(name);
    if (row == nullptr) {
      add_fault(faults, "--" + name + ": unknown setting", name);
      continue;
    }
    if (seen.insert(row->name).second) clear_list(settings, *row);
    given.insert(name);
    set_all(settings, *row, text, flag_of(*row), faults);
  }
}

// The value of a setting that must be known before the file is read.
std::string early(const SettingSources& sources, std::string_view name, std::string otherwise) {
  std::string value = std::move(otherwise);
  const std::string variable = variable_of(*find_setting(name));
  for (const auto& [key, text] : sources.environment) {
    if (key == variable && !text.empty()) value = text;
  }
  for (const auto& [key, text] : sources.flags) {
    if (key == name) value = text;
  }
  return value;
}

std::string find_file(const SettingSources& sources) {
  std::string named = early(sources, "config", "");
  if (!named.empty()) return named;
  std::string usual = early(sources, "data", Settings().data) + "/muster.toml";
  std::error_code ignored;
  return std::filesystem::exists(usual, ignored) ? usual : "";
}

// A default follows a ceiling that was lowered; only a value that somebody wrote contradicts it.
template <typename T>
void keep_below(T& value, const T& ceiling, std::string_view name, std::string_view ceiling_name,
                const std::set<std::string>& given, Faults& faults) {
  if (value <= ceiling) return;
  if (!given.contains(std::string(name))) {
    value = ceiling;
    return;
  }
  add_fault(faults, std::string(name) + ": is more than " + std::string(ceiling_name), name);
}

void check_url(std::string& url, std::string_view name, Faults& faults) {
  if (url.empty()) return;
  while (url.ends_with('/')) url.pop_back();
  const bool secure = url.starts_with("https://");
  const std::string_view rest =
      std::string_view(url).substr(std::min(url.size(), secure ? 8UL : 7UL));
  if ((!secure && !url.starts_with("http://")) || rest.empty() ||
      rest.find_first_of("/?#@ ") != std::string_view::npos) {
    add_fault(faults,
              std::string(name) + ": expected https://HOST or https://HOST:PORT, without a path",
              name);
  }
}

void check_together(Settings& settings, const std::set<std::string>& given, Faults& faults) {
  keep_below(settings.default_token_validity, settings.max_token_validity, "default_token_validity",
             "max_token_validity", given, faults);
  keep_below(settings.default_page_size, settings.max_page_size, "default_page_size",
             "max_page_size", given, faults);
  keep_below(settings.auth.access_token_life, settings.auth.max_token_life, "access_token_life",
             "max_access_token_life", given, faults);
  keep_below(settings.limits.request_line, settings.limits.head, "max_request_line", "max_head",
             given, faults);
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    add_fault(faults, "tls_certificate and tls_key: give both or none", "tls_certificate");
  }
  if (settings.listen.empty() && settings.listen_plain.empty()) {
    add_fault(faults, "listen: no address to serve at", "listen");
  }
  if (!settings.own_issuer && settings.auth.external_issuers.empty()) {
    add_fault(faults, "own_issuer: is off and there is no section [[issuer]]: nobody could call",
              "own_issuer");
  }
  if (settings.data.empty()) add_fault(faults, "data: names no directory", "data");
  check_url(settings.public_base_url, "public_base_url", faults);
  check_url(settings.client.url, "url", faults);
}

void check_payload_profile(Settings& settings, Faults& faults) {
  if (find_payload_profile(settings, "default") == nullptr) {
    settings.payload_profiles.emplace_back();
  }
  if (find_payload_profile(settings, settings.payload_profile) != nullptr) return;
  std::vector<std::string> names;
  for (const auto& profile : settings.payload_profiles) names.push_back(profile.name);
  const auto near = nearest(settings.payload_profile, names);
  add_fault(faults,
            "payload_profile: there is no section [payload." + settings.payload_profile + "]" +
                (near ? "; did you mean `" + std::string(*near) + "`?" : ""),
            "payload_profile");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_variables() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

base::Result<Settings> read_settings(const SettingSources& sources) {
  Settings settings;
  Faults faults;
  std::set<std::string> given;
  const std::string file = find_file(sources);
  if (!file.empty()) read_settings_file(file, settings, given, faults);
  apply_environment(sources, settings, given, faults);
  apply_flags(sources, settings, given, faults);
  settings.config = file;
  check_payload_profile(settings, faults);
  check_together(settings, given, faults);
  if (faults.empty()) return settings;
  base::Error error =
      base::fail(base::ErrorCode::kConfiguration,
                 faults.size() == 1 ? faults.front().message
                                    : std::to_string(faults.size()) + " settings are wrong",
                 faults.front().target);
  error.details = std::move(faults);
  return error;
}

}  // namespace muster::app
