#include "app/run_files.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <boost/json.hpp>

namespace muster::app {
namespace {

std::string run_file(const std::string& data) {
  return data + "/run.json";
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
  return write_file_at_once(run_file(data), boost::json::serialize(object) + "\n");
}

std::optional<RunInfo> read_run_info(const std::string& data) {
  const std::ifstream in(run_file(data), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  boost::json::error_code fault;
  const boost::json::value value = boost::json::parse(text.str(), fault);
  if (fault || !value.is_object()) return std::nullopt;
  const auto member = [&](std::string_view name) {
    const boost::json::value* found = value.get_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  return RunInfo{member("baseUrl"), member("caFile")};
}

void remove_run_info(const std::string& data) {
  std::error_code ignored;
  std::filesystem::remove(run_file(data), ignored);
}

}  // namespace muster::app
