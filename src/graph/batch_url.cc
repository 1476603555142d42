#include "graph/batch_url.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "graph/routes.h"
#include "http/syntax.h"

namespace muster::graph {
namespace {

using base::ErrorCode;

base::Error refuse(std::string message) {
  return base::fail(ErrorCode::kBadRequest, std::move(message), "url");
}

std::string shown(std::string_view url) {
  constexpr std::size_t kShown = 128;
  return "'" + std::string(url.substr(0, kShown)) + (url.size() > kShown ? "…'" : "'");
}

// `https://host` and `https://host:443` are the same place (RFC 3986 §6.2.3).
std::string normal(std::string_view origin) {
  std::string text = base::ascii_lower(origin);
  const std::string_view port = text.starts_with("https://") ? ":443" : ":80";
  if (text.ends_with(port)) text.resize(text.size() - port.size());
  return text;
}

bool has_scheme(std::string_view url) {
  const std::size_t colon = url.find("://");
  return colon != std::string_view::npos && colon < url.find_first_of("/?#");
}

// Whether a path begins with a version of the API, not necessarily the batch's own.
bool is_versioned(std::string_view path) {
  return served_version(path.substr(1, path.find_first_of("/?", 1) - 1)).has_value();
}

// Octets that no request target may hold are encoded, but for controls and `#`, which stay and are
// refused.
std::string encode_stray(std::string_view url) {
  constexpr std::string_view kStray = " \"<>\\^`{|}";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(url.size());
  for (const char c : url) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80 && kStray.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 15U];
    }
  }
  return out;
}

// Cuts `/beta/`, `/` or nothing off the front.
std::string_view below_version(const BatchBase& base, std::string_view url) {
  if (has_scheme(url)) {
    const std::size_t path = url.find('/', url.find("://") + 3);
    if (path == std::string_view::npos || normal(url.substr(0, path)) != normal(base.base_url)) {
      return {};
    }
    url.remove_prefix(path);
  }
  if (!url.starts_with('/')) return url;
  if (is_versioned(url)) {
    const std::size_t slash = url.find('/', 1);
    return slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1);
  }
  return url.substr(1);
}

}  // namespace

base::Result<std::string> batch_target(const BatchBase& base, std::string_view url) {
  if (url.empty()) return refuse("The URL of a request in the batch is empty.");
  // What a request line takes, less the longest method and the version of HTTP.
  constexpr std::size_t kMaxTarget = 16 * 1024 - 64;
  std::string_view path = url;
  if (has_scheme(url)) {
    const std::size_t end = std::min(url.find_first_of("/?#", url.find("://") + 3), url.size());
    if (normal(url.substr(0, end)) != normal(base.base_url)) {
      return refuse("The URL " + shown(url) + " of a request in the batch is not one of " +
                    std::string(base.base_url) + ".");
    }
    path = url.substr(end);
    if (!path.starts_with('/') || !is_versioned(path)) {
      return refuse("The URL " + shown(url) +
                    " of a request in the batch is not below /v1.0 or "
                    "/beta.");
    }
  }
  std::string target;
  if (!path.starts_with('/') || !is_versioned(path)) {
    target = "/" + std::string(base.version) + (path.starts_with('/') ? "" : "/");
  }
  target += encode_stray(path);
  if (target.size() > kMaxTarget) {
    return refuse("The URL " + shown(url) + " of a request in the batch is longer than " +
                  std::to_string(kMaxTarget) + " octets.");
  }
  if (!http::is_origin_form(target)) {
    return refuse("The URL " + shown(url) + " of a request in the batch is malformed.");
  }
  return target;
}

bool is_own_authority(const BatchBase& base, std::string_view authority) {
  const std::string_view scheme = base.base_url.substr(0, base.base_url.find("://") + 3);
  return normal(std::string(scheme) + std::string(authority)) == normal(base.base_url);
}

std::optional<BatchReference> batch_reference(const BatchBase& base, std::string_view url) {
  std::string_view rest = below_version(base, url);
  if (rest.starts_with('$')) {
    rest.remove_prefix(1);
  } else if (rest.starts_with("%24")) {
    rest.remove_prefix(3);
  } else {
    return std::nullopt;
  }
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view id = rest.substr(0, end);
  constexpr std::array<std::string_view, 4> kNames = {"metadata", "batch", "entity", "all"};
  if (std::find(kNames.begin(), kNames.end(), id) != kNames.end()) return std::nullopt;
  return BatchReference{id, rest.substr(end)};
}

std::string created_path(std::string_view target, std::string_view key) {
  std::string_view path = target.substr(0, target.find('?'));
  constexpr std::string_view kReferences = "/$ref";
  if (path.ends_with(kReferences)) path.remove_suffix(kReferences.size());
  return std::string(path) + "/" + base::percent_encode(key);
}

}  // namespace muster::graph
