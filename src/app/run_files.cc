#include "app/run_files.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

namespace muster::app {
namespace {

std::string run_file(const std::string& data) {
  return data + "/run.json";
}

std::optional<boost::json::object> parse_run_file(const std::string& data) {
  const std::ifstream in(run_file(data), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  boost::json::error_code fault;
  boost::json::value value = boost::json::parse(text.str(), fault);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

}  // namespace

base::Status write_file_at_once(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (!out) {
      return base::fail(base::ErrorCode::kConfiguration,
                        "The file '" + path + "' cannot be written.", path);
    }
  }
  std::error_code fault;
  std::filesystem::rename(draft, path, fault);
  if (!fault) return base::done();
  return base::fail(base::ErrorCode::kConfiguration,
                    "The file '" + path + "' cannot be written: " + fault.message() + ".", path);
}

base::Status write_port_file(const std::string& path, std::uint16_t port) {
  return write_file_at_once(path, std::to_string(port) + "\n");
}

base::Status write_run_info(const std::string& data, const RunInfo& info) {
  boost::json::object object;
  object["baseUrl"] = info.base_url;
  object["caFile"] = info.ca_file;
  if (!info.plain_url.empty()) object["plainUrl"] = info.plain_url;
  object["pid"] = static_cast<std::int64_t>(::getpid());
  return write_file_at_once(run_file(data), boost::json::serialize(object) + "\n");
}

std::optional<RunInfo> read_run_info(const std::string& data) {
  const auto info = parse_run_file(data);
  if (!info) return std::nullopt;
  return RunInfo{text_at(*info, "baseUrl"), text_at(*info, "caFile")};
}

void remove_run_info(const std::string& data) {
  const auto info = parse_run_file(data);
  const boost::json::value* pid = info ? info->if_contains("pid") : nullptr;
  if (pid != nullptr && pid->is_int64() && pid->get_int64() != ::getpid()) return;
  std::error_code ignored;
  std::filesystem::remove(run_file(data), ignored);
}

std::string base_url_of(const Settings& settings) {
  if (!settings.public_base_url.empty()) return settings.public_base_url;
  const auto running = read_run_info(settings.data);
  return running ? running->base_url : "https://localhost:8443";
}

}  // namespace muster::app
