#include "enrollment/payload_network.h"

#include <boost/json.hpp>

#include "enrollment/payload_profile.h"

namespace muster::enrollment {
namespace {

namespace json = boost::json;

const std::string& network_prefix() {
  static const std::string kPrefix = std::string(kKeyPrefix) + "WIFI_";
  return kPrefix;
}

std::optional<json::object> read_object(std::string_view text) {
  json::error_code fault;
  json::value value = json::parse(text, fault);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

bool is_of_network(std::string_view key) {
  return key.starts_with(network_prefix());
}

// The extras come last (provisioning.h), so a network goes before them.
std::string replaced(const json::object& payload, const json::object& network) {
  const std::string extras = std::string(kKeyPrefix) + "ADMIN_EXTRAS_BUNDLE";
  json::object made;
  const auto put_network = [&] {
    for (const auto& [key, value] : network) {
      if (is_of_network(key)) made.emplace(key, value);
    }
  };
  for (const auto& [key, value] : payload) {
    if (is_of_network(key)) continue;
    if (std::string_view(key) == extras) put_network();
    made.emplace(key, value);
  }
  if (!payload.contains(extras)) put_network();
  return json::serialize(made);
}

}  // namespace

std::optional<std::string> with_network(std::string_view payload, const WifiNetwork& network) {
  const auto object = read_object(payload);
  if (!object) return std::nullopt;
  json::object keys;
  keys[network_prefix() + "SSID"] = network.ssid;
  keys[network_prefix() + "SECURITY_TYPE"] = network.security_type;
  if (!network.password.empty()) keys[network_prefix() + "PASSWORD"] = network.password;
  if (network.hidden) keys[network_prefix() + "HIDDEN"] = true;
  return replaced(*object, keys);
}

std::optional<std::string> with_network_of(std::string_view payload, std::string_view other) {
  const auto object = read_object(payload);
  const auto source = read_object(other);
  if (!object || !source) return std::nullopt;
  return replaced(*object, *source);
}

}  // namespace muster::enrollment
