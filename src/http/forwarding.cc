#include "http/forwarding.h"

#include <charconv>
#include <optional>
#include <utility>

#include <arpa/inet.h>

#include "base/encoding.h"
#include "http/syntax.h"

namespace muster::http {
namespace {

using Address = std::array<std::uint8_t, 16>;

std::optional<Address> parse_address(std::string_view text) {
  Address address{};
  const std::string copy(text);
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  if (inet_pton(AF_INET, copy.c_str(), address.data() + 12) != 1) return std::nullopt;
  address[10] = address[11] = 0xff;
  return address;
}

bool same_prefix(const Address& a, const Address& b, int bits) {
  for (std::size_t at = 0; bits > 0; ++at, bits -= 8) {
    const int unused = bits < 8 ? 8 - bits : 0;
    if ((a[at] ^ b[at]) >> unused != 0) return false;
  }
  return true;
}

std::string_view last_element(std::string_view list) {
  const std::size_t comma = list.rfind(',');
  return trim_blanks(comma == std::string_view::npos ? list : list.substr(comma + 1));
}

// Several field lines of a name count as one list; its last element is in the last line.
std::string_view last_value(const Headers& headers, std::string_view name) {
  std::string_view found;
  for (std::size_t index = 0; index < headers.size(); ++index) {
    if (base::equal_ignoring_case(headers[index].name, name)) found = headers[index].value;
  }
  return last_element(found);
}

// A parameter of one forwarded-element, without quotes; empty if there is none (RFC 7239 §4).
std::string_view forwarded_parameter(std::string_view element, std::string_view name) {
  while (!element.empty()) {
    const std::size_t end = element.find(';');
    const std::string_view pair = trim_blanks(element.substr(0, end));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos &&
        base::equal_ignoring_case(pair.substr(0, equals), name)) {
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
    if (end == std::string_view::npos) break;
    element.remove_prefix(end + 1);
  }
  return {};
}

// The address of "1.2.3.4", "1.2.3.4:80", "[::1]:80" or "::1".
std::string_view without_port(std::string_view node) {
  if (!node.empty() && node.front() == '[') {
    const std::size_t end = node.find(']');
    return end == std::string_view::npos ? std::string_view() : node.substr(1, end - 1);
  }
  const std::size_t colon = node.find(':');
  if (colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos) {
    return node.substr(0, colon);
  }
  return node;
}

std::string_view scheme_of(std::string_view text) {
  if (base::equal_ignoring_case(text, "https")) return "https";
  if (base::equal_ignoring_case(text, "http")) return "http";
  return {};
}

struct Forwarded {
  std::string_view scheme;
  std::string_view host;
};

Forwarded forwarded_by_proxy(const Headers& headers) {
  Forwarded seen{scheme_of(last_value(headers, "x-forwarded-proto")),
                 last_value(headers, "x-forwarded-host")};
  if (seen.scheme.empty() && seen.host.empty() && headers.count("x-forwarded-for") == 0) {
    const std::string_view element = last_value(headers, "forwarded");
    seen = {scheme_of(forwarded_parameter(element, "proto")), forwarded_parameter(element, "host")};
  }
  if (!is_authority(seen.host)) seen.host = {};
  return seen;
}

// The addresses a request came through, nearest last.
std::vector<std::string_view> forwarded_for(const Headers& headers) {
  std::vector<std::string_view> hops;
  const bool plain = headers.count("x-forwarded-for") != 0;
  const std::string_view name = plain ? "x-forwarded-for" : "forwarded";
  for (std::size_t index = 0; index < headers.size(); ++index) {
    if (!base::equal_ignoring_case(headers[index].name, name)) continue;
    std::string_view list = headers[index].value;
    while (true) {
      const std::size_t comma = list.find(',');
      const std::string_view element = trim_blanks(list.substr(0, comma));
      hops.push_back(without_port(plain ? element : forwarded_parameter(element, "for")));
      if (comma == std::string_view::npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return hops;
}

base::Error bad_setting(std::string message, std::string target) {
  return base::fail(base::ErrorCode::kConfiguration, std::move(message), std::move(target));
}

}  // namespace

base::Result<Forwarding> Forwarding::create(const std::vector<std::string>& trusted,
                                            std::string_view public_base_url) {
  Forwarding forwarding;
  for (const std::string& text : trusted) {
    const std::size_t slash = text.find('/');
    const std::string_view host = std::string_view(text).substr(0, slash);
    const auto address = parse_address(host);
    const int widest = host.find(':') == std::string_view::npos ? 32 : 128;
    int bits = widest;
    bool valid = address.has_value();
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
      valid = valid && parsed.ec == std::errc() && parsed.ptr == end && bits >= 0 && bits <= widest;
    }
    if (!valid) {
      return bad_setting("\"" + text + "\" is not an address or network.", "trusted_proxies");
    }
    forwarding.trusted_.push_back({*address, bits + (128 - widest)});
  }
  if (!public_base_url.empty()) {
    if (public_base_url.back() == '/') public_base_url.remove_suffix(1);
    const std::size_t mark = public_base_url.find("://");
    const bool valid = mark != std::string_view::npos &&
                       !scheme_of(public_base_url.substr(0, mark)).empty() &&
                       is_authority(public_base_url.substr(mark + 3));
    if (!valid) {
      return bad_setting(
          "\"" + std::string(public_base_url) + "\" is not of the form https://host[:port].",
          "public_base_url");
    }
    forwarding.public_base_url_ = public_base_url;
  }
  return forwarding;
}

bool Forwarding::trusts(std::string_view address) const {
  if (trusted_.empty()) return false;
  const auto parsed = parse_address(address);
  if (!parsed) return false;
  for (const Network& network : trusted_) {
    if (same_prefix(*parsed, network.address, network.bits)) return true;
  }
  return false;
}

void Forwarding::apply(Request& request, std::string_view authority, std::string_view peer,
                       bool peer_trusted) const {
  request.remote = peer;
  std::string_view scheme = request.tls ? "https" : "http";
  if (peer_trusted) {
    const Forwarded seen = forwarded_by_proxy(request.headers);
    if (!seen.scheme.empty()) scheme = seen.scheme;
    if (!seen.host.empty()) authority = seen.host;
    const auto hops = forwarded_for(request.headers);
    for (auto hop = hops.rbegin(); hop != hops.rend() && parse_address(*hop); ++hop) {
      request.remote = *hop;
      if (!trusts(*hop)) break;
    }
  }
  if (!public_base_url_.empty()) {
    request.base_url = public_base_url_;
    return;
  }
  request.base_url.reserve(scheme.size() + 3 + authority.size());
  request.base_url.append(scheme).append("://").append(authority);
}

}  // namespace muster::http
