#include "est/route.h"

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/encoding.h"

namespace muster::est {
namespace {

using enum Operation;

constexpr std::array<std::string_view, kOperations> kNames = {
    "cacerts", "csrattrs",    "simpleenroll", "simplereenroll", "serverkeygen", "fullcmc",
    "status",  "certificate", "crl",          "ocsp",           "other"};
constexpr std::size_t kEstOperations = 6;  // the first ones

constexpr std::string_view kEst = "/.well-known/est/";
constexpr std::string_view kPki = "/pki/";
constexpr std::string_view kDevice = "/device/";

Operation est_operation(std::string_view name) {
  for (std::size_t i = 0; i < kEstOperations; ++i) {
    if (kNames[i] == name) return static_cast<Operation>(i);
  }
  return kOther;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

// nullopt for what can be no label.
std::optional<std::string> read_label(std::string_view segment) {
  auto label = base::percent_decode(segment, false);
  if (!label || label->empty()) return std::nullopt;
  return label;
}

// RFC 7030 §3.2.2: with a label or without, and a label is never the name of an operation.
Route est_route(std::string_view path) {
  const auto parts = split(path);
  if (parts.size() > 2) return {};
  Route route{.operation = est_operation(parts.back())};
  if (parts.size() == 1) return route;
  const auto label = read_label(parts.front());
  if (!label || est_operation(*label) != kOther) return {};
  route.label = *label;
  return route;
}

bool read_generation(std::string_view text, std::uint32_t& generation) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, generation);
  return read.ec == std::errc() && read.ptr == end && generation > 0 && text.front() != '0';
}

void read_file(std::string_view name, Route& route) {
  route.root = name.starts_with("root.");
  if (name == "ca.cer" || name == "root.cer") route.operation = kCertificate;
  if (name == "ca.crl" || name == "root.crl") route.operation = kRevocationList;
}

Route pki_route(std::string_view path) {
  const std::size_t slash = path.find('/');
  const auto label = read_label(path.substr(0, slash));
  if (!label || slash == std::string_view::npos) return {};
  std::string_view rest = path.substr(slash + 1);
  Route route{.label = *label};
  if (rest == "ocsp" || rest.starts_with("ocsp/")) {
    // RFC 6960 A.1.1; base64 may hold slashes that nobody encoded.
    rest.remove_prefix(rest == "ocsp" ? 4 : 5);
    route.operation = kOcsp;
    route.ocsp = std::string(rest);
    return route;
  }
  const std::size_t inner = rest.find('/');
  if (inner != std::string_view::npos) {
    if (inner == 0 || !read_generation(rest.substr(0, inner), route.generation)) return {};
    rest.remove_prefix(inner + 1);
  }
  read_file(rest, route);
  return route;
}

Route device_route(std::string_view path) {
  Route route{.device = true};
  const auto parts = split(path);
  const auto label = read_label(parts.front());
  if (parts.size() != 2 || !label || parts.back() != "status") return route;
  route.operation = kStatus;
  route.label = *label;
  return route;
}

}  // namespace

std::string_view name_of(Operation operation) {
  return kNames[static_cast<std::size_t>(operation)];
}

Route find_route(std::string_view path) {
  if (path.starts_with(kEst)) return est_route(path.substr(kEst.size()));
  if (path.starts_with(kPki)) return pki_route(path.substr(kPki.size()));
  if (path.starts_with(kDevice)) return device_route(path.substr(kDevice.size()));
  return {};
}

std::string_view methods_of(const Route& route) {
  switch (route.operation) {
    case kCaCerts:
    case kCsrAttrs:
    case kCertificate:
    case kRevocationList:
      return "GET, HEAD";
    case kOcsp:
      return route.ocsp.empty() ? "POST" : "GET, HEAD";
    default:
      return "POST";
  }
}

bool allows(std::string_view methods, std::string_view method) {
  for (;;) {
    const std::size_t comma = methods.find(", ");
    if (methods.substr(0, comma) == method) return true;
    if (comma == std::string_view::npos) return false;
    methods.remove_prefix(comma + 2);
  }
}

bool needs_tls(Operation operation) {
  return operation != kCertificate && operation != kRevocationList && operation != kOcsp;
}

}  // namespace muster::est
