#include "auth/audience.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.h"

namespace muster::auth {
namespace {

constexpr std::string_view kGraphId = "00000003-0000-0000-c000-000000000000";
constexpr std::string_view kGraphUrl = "https://graph.microsoft.com";

std::string_view without_slash(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

// "https://Host:443/path" as "https://host/path".
std::string normal(std::string_view text) {
  text = without_slash(text);
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::string(text);
  const std::size_t path = std::min(text.find('/', scheme_end + 3), text.size());
  std::string origin = base::ascii_lower(text.substr(0, path));
  constexpr std::array kDefaults = {std::pair<std::string_view, std::string_view>{"https:", ":443"},
                                    std::pair<std::string_view, std::string_view>{"http:", ":80"}};
  for (const auto& [scheme, port] : kDefaults) {
    if (origin.starts_with(scheme) && origin.ends_with(port)) {
      origin.resize(origin.size() - port.size());
    }
  }
  return origin + std::string(text.substr(path));
}

}  // namespace

bool is_graph_alias(std::string_view audience) {
  return same_resource(audience, kGraphUrl) || base::equal_ignoring_case(audience, kGraphId);
}

bool same_resource(std::string_view a, std::string_view b) {
  return a == b || normal(a) == normal(b);
}

bool is_among(std::string_view audience, std::span<const std::string> accepted) {
  return std::any_of(accepted.begin(), accepted.end(),
                     [&](const std::string& one) { return same_resource(audience, one); });
}

bool is_guid(std::string_view text) {
  constexpr std::size_t kLength = 36;
  if (text.size() != kLength) return false;
  for (std::size_t i = 0; i < kLength; ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

}  // namespace muster::auth
