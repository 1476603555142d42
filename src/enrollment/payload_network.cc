#include "enrollment/payload_network.h"

#include <algorithm>
#include <vector>

#include "edm/json_span.h"
#include "edm/json_write.h"
#include "enrollment/payload_profile.h"

namespace muster::enrollment {
namespace {

constexpr std::string_view kExtras = "ADMIN_EXTRAS_BUNDLE";
constexpr std::string_view kNetworkKeys = "WIFI_";

struct Member {
  std::string name;
  std::string value;  // JSON, as it came
};
using Members = std::vector<Member>;

std::optional<Members> read_object(std::string_view text) {
  const auto span = edm::JsonSpan::parse(text);
  if (!span || span->kind() != edm::JsonSpan::Kind::kObject) return std::nullopt;
  const auto members = span->members();
  if (!members) return std::nullopt;
  Members made;
  for (const auto& [name, value] : *members) made.push_back({name, std::string(value.raw())});
  return made;
}

// What of a key follows Android's prefix; empty for keys of others.
std::string_view android_key(const Member& member) {
  const std::string_view name = member.name;
  return name.starts_with(kKeyPrefix) ? name.substr(kKeyPrefix.size()) : std::string_view();
}

bool is_of_network(const Member& member) {
  return android_key(member).starts_with(kNetworkKeys);
}

void append(std::string& out, const Member& member) {
  if (out.size() > 1) out += ',';
  edm::append_json_string(out, member.name);
  out += ':';
  out += member.value;
}

// The extras come last (provisioning.h), so a network goes before them.
std::string replaced(const Members& payload, const Members& network) {
  std::string out = "{";
  const auto append_network = [&] {
    for (const Member& one : network) {
      if (is_of_network(one)) append(out, one);
    }
  };
  const auto extras = std::find_if(payload.begin(), payload.end(),
                                   [](const Member& one) { return android_key(one) == kExtras; });
  for (auto at = payload.begin(); at != payload.end(); ++at) {
    if (at == extras) append_network();
    if (!is_of_network(*at)) append(out, *at);
  }
  if (extras == payload.end()) append_network();
  out += '}';
  return out;
}

Members keys_of(const WifiNetwork& network) {
  Members made;
  const auto add = [&](std::string_view key, std::string value) {
    made.push_back(
        {std::string(kKeyPrefix) + std::string(kNetworkKeys) + std::string(key), std::move(value)});
  };
  const auto text = [](std::string_view value) {
    std::string json;
    edm::append_json_string(json, value);
    return json;
  };
  add("SSID", text(network.ssid));
  add("SECURITY_TYPE", text(network.security_type));
  if (!network.password.empty()) add("PASSWORD", text(network.password));
  if (network.hidden) add("HIDDEN", "true");
  return made;
}

}  // namespace

std::optional<std::string> with_network(std::string_view payload, const WifiNetwork& network) {
  const auto members = read_object(payload);
  if (!members) return std::nullopt;
  return replaced(*members, keys_of(network));
}

std::optional<std::string> with_network_of(std::string_view payload, std::string_view other) {
  const auto members = read_object(payload);
  const auto source = read_object(other);
  if (!members || !source) return std::nullopt;
  return replaced(*members, *source);
}

}  // namespace muster::enrollment
