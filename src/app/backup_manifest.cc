#include "app/backup_manifest.h"

#include <algorithm>

#include <boost/json.hpp>

namespace muster::app {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using namespace std::string_view_literals;

constexpr std::int64_t kForm = 1;

base::Error no_manifest(const std::string& why) {
  return base::fail(ErrorCode::kConfiguration, "its backup.json " + why);
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find_first_of("/\\\0"sv) == name.npos;
}

bool is_part_name(std::string_view name) {
  if (name == kStorePart || name == kKeyPart || name == kSettingsPart) return true;
  const std::string folder = std::string(kTlsFolder) + "/";
  return name.starts_with(folder) && is_plain_name(name.substr(folder.size()));
}

// Throws what boost::json throws for another form; caught below.
BackupPart part_of(const json::value& value) {
  const json::object& object = value.as_object();
  return {.name = std::string(object.at("name").as_string()),
          .size = object.at("size").to_number<std::uint64_t>(),
          .sha256 = std::string(object.at("sha256").as_string()),
          .included = object.at("included").as_bool()};
}

BackupManifest manifest_of(const json::object& object) {
  BackupManifest manifest{.program = std::string(object.at("program").as_string()),
                          .created = std::string(object.at("created").as_string()),
                          .schema = object.at("schema").to_number<int>()};
  for (const auto& [table, count] : object.at("rows").as_object()) {
    manifest.rows.emplace_back(table, count.to_number<std::uint64_t>());
  }
  for (const json::value& part : object.at("parts").as_array()) {
    manifest.parts.push_back(part_of(part));
  }
  return manifest;
}

base::Status judge_parts(const BackupManifest& manifest) {
  bool has_store = false;
  for (const BackupPart& part : manifest.parts) {
    if (!is_part_name(part.name)) return no_manifest("names '" + part.name + "'");
    const auto same = [&](const BackupPart& other) { return other.name == part.name; };
    if (std::ranges::count_if(manifest.parts, same) != 1) {
      return no_manifest("names '" + part.name + "' twice");
    }
    has_store = has_store || (part.name == kStorePart && part.included);
  }
  return has_store ? base::done() : base::Status(no_manifest("names no store"));
}

}  // namespace

bool is_secret_part(std::string_view name) {
  return name == kKeyPart || name.starts_with(std::string(kTlsFolder) + "/");
}

std::string manifest_text(const BackupManifest& manifest) {
  json::object rows;
  for (const auto& [table, count] : manifest.rows) rows[table] = count;
  json::array parts;
  for (const BackupPart& part : manifest.parts) {
    parts.push_back(json::object{{"name", part.name},
                                 {"size", part.size},
                                 {"sha256", part.sha256},
                                 {"included", part.included}});
  }
  const json::object object{{"form", kForm},
                            {"program", manifest.program},
                            {"created", manifest.created},
                            {"schema", manifest.schema},
                            {"rows", rows},
                            {"parts", parts}};
  return json::serialize(object) + "\n";
}

base::Result<BackupManifest> parse_manifest(std::string_view text) {
  json::error_code fault;
  const json::value value = json::parse(text, fault);
  if (fault || !value.is_object()) return no_manifest("is no JSON object");
  const json::value* form = value.as_object().if_contains("form");
  if (form == nullptr || !form->is_int64()) return no_manifest("says no form");
  if (form->as_int64() != kForm) {
    return no_manifest("has form " + std::to_string(form->as_int64()) +
                       ", but this program knows form " + std::to_string(kForm) + " only");
  }
  try {
    BackupManifest manifest = manifest_of(value.as_object());
    MUSTER_TRY(judge_parts(manifest));
    return manifest;
  } catch (const std::exception&) {
    return no_manifest("lacks what it must say");
  }
}

}  // namespace muster::app
