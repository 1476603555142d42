#include "est/body.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/encoding.h"

namespace muster::est {
namespace {

// RFC 7468 §7, and what old programs write.
constexpr std::array<std::string_view, 2> kArmours = {"CERTIFICATE REQUEST",
                                                      "NEW CERTIFICATE REQUEST"};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// What is inside of PEM's armour; nullopt for other armour, or none that is whole.
std::optional<std::string_view> without_armour(std::string_view text) {
  for (const std::string_view name : kArmours) {
    const std::string begin = "-----BEGIN " + std::string(name) + "-----";
    const std::string end = "-----END " + std::string(name) + "-----";
    if (!text.starts_with(begin) || !text.ends_with(end)) continue;
    if (text.size() < begin.size() + end.size()) continue;
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  }
  return std::nullopt;
}

base::Error malformed(std::string message) {
  return base::fail(base::ErrorCode::kBadRequest, std::move(message));
}

}  // namespace

base::Result<std::string> read_body(std::string_view body) {
  std::string_view text = trim(body);
  if (text.empty()) return malformed("The body is empty; a certificate request is expected.");
  if (text.front() == '-') {
    const auto inside = without_armour(text);
    if (!inside) return malformed("The body is not one certificate request in PEM.");
    text = *inside;
  }
  std::string digits(text);
  std::erase_if(digits, is_blank);
  // base::decode_base64 also takes the other alphabet and leaves padding to the writer.
  const bool standard =
      digits.size() % 4 == 0 && digits.find_first_of("-_") == std::string::npos && !digits.empty();
  auto octets = standard ? base::decode_base64(digits) : std::nullopt;
  if (!octets) return malformed("The body is not the base64 of a certificate request.");
  return std::move(*octets);
}

std::string write_body(std::string_view octets, unsigned line_length) {
  std::string text = base::base64(octets);
  if (line_length == 0) return text;
  std::string lines;
  lines.reserve(text.size() + 2 * (text.size() / line_length + 1));
  for (std::size_t at = 0; at < text.size(); at += line_length) {
    lines.append(text, at, line_length);
    lines.append("\r\n");
  }
  return lines;
}

bool is_media_type(std::string_view content_type, std::string_view wanted) {
  return base::equal_ignoring_case(trim(content_type.substr(0, content_type.find(';'))), wanted);
}

}  // namespace muster::est
