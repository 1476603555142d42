#include "app/settings_file.h"

// Header-only and without exceptions: the packaged library is built with them.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <toml++/toml.h>

#include "app/settings_table.h"
#include "app/settings_value.h"
#include "auth/key_fetcher.h"

namespace muster::app {
namespace {

using enrollment::PayloadField;
using enrollment::PayloadProfile;

template <typename Rows, typename Name>
std::string did_you_mean(std::string_view key, const Rows& rows, Name name) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(name(row));
  const auto near = nearest(key, names);
  return near ? "; did you mean `" + std::string(*near) + "`?" : "";
}

// One reading of one file.
class FileReader {
 public:
  FileReader(std::string path, Settings& settings, std::set<std::string>& given,
             std::vector<base::ErrorDetail>& faults)
      : path_(std::move(path)), settings_(settings), given_(given), faults_(faults) {
    folder_ = std::filesystem::path(path_).parent_path().string();
  }

  void read(std::string_view text);

 private:
  void read_setting(const SettingRow& row, const toml::node& node);
  void read_payloads(const toml::node& node);
  void read_payload(std::string_view name, const toml::table& table);
  void set_payload_field(PayloadProfile& profile, const PayloadField& field,
                         const toml::node& node);
  void read_issuers(const toml::node& node);
  void read_issuer(const toml::table& table);
  void set_issuer_member(auth::ExternalIssuer& issuer, const IssuerRow& row,
                         const toml::node& node);

  void fault(const toml::node& node, std::string_view target, std::string_view message) {
    fault_at(node.source().begin.line, target, message);
  }
  void fault_at(std::uint32_t line, std::string_view target, std::string_view message) {
    std::string text = path_ + ":" + std::to_string(line) + ": ";
    if (!target.empty()) text.append(target).append(": ");
    faults_.push_back({"configuration", text.append(message), std::string(target)});
  }
  [[nodiscard]] std::string resolved(const std::string& path) const {
    // A setting that takes a file may take a URL too.
    if (path.empty() || folder_.empty() || path.front() == '/' || auth::is_fetchable(path)) {
      return path;
    }
    return folder_ + "/" + path;
  }

  std::string path_;
  std::string folder_;
  Settings& settings_;
  std::set<std::string>& given_;
  std::vector<base::ErrorDetail>& faults_;
};

// The texts of a string or of an array of strings; nullopt for anything else.
std::optional<std::vector<std::string>> texts_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return std::vector<std::string>{text->get()};
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& item : *array) {
    const auto* text = item.as_string();
    if (text == nullptr) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

bool takes_text(SettingKind kind) {
  return kind != SettingKind::kBool && kind != SettingKind::kNumber && kind != SettingKind::kTexts;
}

// A scalar as set_from_text() takes it; nullopt when the file has another type than the row asks
// for.
std::optional<std::string> text_of_node(const SettingRow& row, const toml::node& node) {
  if (const auto* flag = node.as_boolean()) {
    if (row.kind != SettingKind::kBool) return std::nullopt;
    return flag->get() ? "true" : "false";
  }
  if (const auto* number = node.as_integer()) {
    const bool fits = row.kind == SettingKind::kNumber || row.kind == SettingKind::kSize ||
                      (row.kind == SettingKind::kDuration && number->get() == 0);
    if (!fits) return std::nullopt;
    return std::to_string(number->get());
  }
  const auto* text = node.as_string();
  if (text == nullptr || !takes_text(row.kind)) return std::nullopt;
  return text->get();
}

std::string_view type_wanted(SettingKind kind) {
  switch (kind) {
    case SettingKind::kBool:
      return "expected true or false, without quotes";
    case SettingKind::kNumber:
      return "expected a number, without quotes";
    case SettingKind::kSize:
      return "expected a number or a text such as \"1MiB\"";
    case SettingKind::kDuration:
      return "expected a text such as \"90d\"";
    case SettingKind::kTexts:
      return "expected a list of texts";
    default:
      return "expected a text in quotes";
  }
}

void FileReader::read(std::string_view text) {
  toml::parse_result parsed = toml::parse(text, path_);
  if (!parsed) {
    fault_at(parsed.error().source().begin.line, "", parsed.error().description());
    return;
  }
  for (const auto& [key, node] : parsed.table()) {
    if (key.str() == "payload") {
      read_payloads(node);
    } else if (key.str() == "issuer") {
      read_issuers(node);
    } else if (const SettingRow* row = find_setting(key.str()); row == nullptr) {
      fault(node, key.str(),
            "unknown setting" +
                did_you_mean(key.str(), settings_table(), [](const auto& r) { return r.name; }));
    } else if (!row->in_file) {
      fault(node, key.str(),
            "not allowed in a file; use " + flag_of(*row) + " or " + variable_of(*row));
    } else {
      read_setting(*row, node);
    }
  }
}

void FileReader::read_setting(const SettingRow& row, const toml::node& node) {
  std::vector<std::string> texts;
  if (row.kind == SettingKind::kTexts) {
    auto all = texts_of(node);
    if (!all) return fault(node, row.name, type_wanted(row.kind));
    texts = std::move(*all);
    clear_list(settings_, row);
  } else {
    auto one = text_of_node(row, node);
    if (!one) return fault(node, row.name, type_wanted(row.kind));
    texts.push_back(row.kind == SettingKind::kPath ? resolved(*one) : std::move(*one));
  }
  given_.emplace(row.name);
  for (const std::string& text : texts) {
    const base::Status set = set_from_text(settings_, row, text);
    if (!set) fault(node, row.name, set.error().message);
  }
}

// --- [payload.NAME] ------------------------------------------------------------------------------

void FileReader::read_payloads(const toml::node& node) {
  const auto* sections = node.as_table();
  if (sections == nullptr) return fault(node, "payload", "expected sections [payload.NAME]");
  for (const auto& [name, section] : *sections) {
    if (const auto* table = section.as_table()) {
      read_payload(name.str(), *table);
    } else {
      fault(section, "payload." + std::string(name.str()),
            "not in a named section: write [payload.default] above it");
    }
  }
}

void FileReader::read_payload(std::string_view name, const toml::table& table) {
  PayloadProfile profile;
  profile.name = std::string(name);
  for (const auto& [key, node] : table) {
    const PayloadField* field = enrollment::find_payload_field(key.str());
    if (field == nullptr) {
      fault(node, "payload." + profile.name + "." + std::string(key.str()),
            "unknown setting" + did_you_mean(key.str(), enrollment::payload_fields(),
                                             [](const auto& row) { return row.setting; }));
    } else {
      set_payload_field(profile, *field, node);
    }
  }
  settings_.payload_profiles.push_back(std::move(profile));
}

// nullopt for a type that no field has.
std::optional<enrollment::FieldValue> field_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_integer()) return number->get();
  const auto* table = node.as_table();
  if (table == nullptr) return std::nullopt;
  std::map<std::string, std::string> texts;
  for (const auto& [key, item] : *table) {
    const auto* text = item.as_string();
    if (text == nullptr) return std::nullopt;
    texts.emplace(key.str(), text->get());
  }
  return texts;
}

void FileReader::set_payload_field(PayloadProfile& profile, const PayloadField& field,
                                   const toml::node& node) {
  const std::string target = "payload." + profile.name + "." + std::string(field.setting);
  auto value = field_value(node);
  if (!value) {
    return fault(node, target,
                 field.kind == enrollment::FieldKind::kTexts
                     ? "expected a table of texts"
                     : "expected a text, a number, true or false");
  }
  auto* text = std::get_if<std::string>(&*value);
  if (field.kind == enrollment::FieldKind::kPath && text != nullptr) *text = resolved(*text);
  const base::Status set = enrollment::set_field(profile, field.setting, std::move(*value));
  if (!set) fault(node, target, set.error().message);
}

// --- [[issuer]] ----------------------------------------------------------------------------------

void FileReader::read_issuers(const toml::node& node) {
  const auto* sections = node.as_array();
  if (sections == nullptr || !sections->is_array_of_tables()) {
    return fault(node, "issuer", "expected sections [[issuer]], with two brackets");
  }
  for (const toml::node& section : *sections) read_issuer(*section.as_table());
}

void FileReader::read_issuer(const toml::table& table) {
  auth::ExternalIssuer issuer;
  for (const auto& [key, node] : table) {
    const auto rows = issuer_table();
    const auto row = std::find_if(rows.begin(), rows.end(), [&, wanted = key.str()](const auto& r) {
      return r.name == wanted;
    });
    if (row == rows.end()) {
      fault(
          node, "issuer." + std::string(key.str()),
          "unknown setting" + did_you_mean(key.str(), rows, [](const auto& r) { return r.name; }));
    } else {
      set_issuer_member(issuer, *row, node);
    }
  }
  if (issuer.issuer.empty()) fault(table, "issuer.issuer", "is required in a section [[issuer]]");
  if (issuer.name.empty()) issuer.name = issuer.issuer;
  settings_.auth.external_issuers.push_back(std::move(issuer));
}

void FileReader::set_issuer_member(auth::ExternalIssuer& issuer, const IssuerRow& row,
                                   const toml::node& node) {
  const std::string target = "issuer." + std::string(row.name);
  if (const auto* list =
          std::get_if<std::vector<std::string> auth::ExternalIssuer::*>(&row.member)) {
    auto texts = texts_of(node);
    if (!texts) return fault(node, target, "expected a list of texts");
    issuer.*(*list) = std::move(*texts);
    return;
  }
  const auto* text = node.as_string();
  if (text == nullptr) return fault(node, target, "expected a text in quotes");
  issuer.*std::get<std::string auth::ExternalIssuer::*>(row.member) =
      row.path ? resolved(text->get()) : text->get();
}

}  // namespace

void read_settings_text(std::string_view text, const std::string& path, Settings& settings,
                        std::set<std::string>& given, std::vector<base::ErrorDetail>& faults) {
  const std::size_t before = faults.size();
  FileReader(path, settings, given, faults).read(text);
  // The library keeps tables sorted by name; people read a file from top to bottom.
  const auto line = [&](const base::ErrorDetail& fault) {
    const std::string_view rest = std::string_view(fault.message).substr(path.size() + 1);
    return parse_number(rest.substr(0, rest.find(':'))).value_or(0);
  };
  std::stable_sort(faults.begin() + static_cast<std::ptrdiff_t>(before), faults.end(),
                   [&](const auto& a, const auto& b) { return line(a) < line(b); });
}

void read_settings_file(const std::string& path, Settings& settings, std::set<std::string>& given,
                        std::vector<base::ErrorDetail>& faults) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    faults.push_back({"configuration", path + ": cannot be read", "config"});
    return;
  }
  read_settings_text(text, path, settings, given, faults);
}

}  // namespace muster::app
