#include "http/syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <arpa/inet.h>

namespace muster::http {
namespace {

enum Class : std::uint8_t {
  kToken = 1,
  kFieldValue = 2,
  kPath = 4,
  kQuery = 8,
  kHostName = 16,
  kHex = 32,
  kDigit = 64,
};

constexpr bool contains(std::string_view set, char octet) {
  return set.find(octet) != std::string_view::npos;
}

// Not of a field value (RFC 9110 §5.5): 1 or 0, for arithmetic.
constexpr std::uint8_t is_foreign_to_value(char c) {
  const auto octet = static_cast<std::uint8_t>(c);
  const unsigned control =
      static_cast<unsigned>(octet < 0x20) & static_cast<unsigned>(octet != '\t');
  return static_cast<std::uint8_t>(control | static_cast<unsigned>(octet == 0x7f));
}

constexpr std::uint8_t classes_of(unsigned char octet) {
  const char c = static_cast<char>(octet);
  const bool digit = c >= '0' && c <= '9';
  const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  const bool path = digit || letter || contains("-._~!$&'()*+,;=:@/%", c);
  unsigned classes = 0;
  if (digit || letter || contains("!#$%&'*+-.^_`|~", c)) classes |= kToken;
  if (is_foreign_to_value(c) == 0) classes |= kFieldValue;
  if (path) classes |= kPath;
  if (path || contains("?[]{}|\\^`", c)) classes |= kQuery;
  if (digit || letter || contains("-._~", c)) classes |= kHostName;
  if (digit || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f')) classes |= kHex;
  if (digit) classes |= kDigit;
  return static_cast<std::uint8_t>(classes);
}

constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned octet = 0; octet < 256; ++octet) {
    table[octet] = classes_of(static_cast<unsigned char>(octet));
  }
  return table;
}();

bool is(char octet, Class wanted) {
  return (kClasses[static_cast<unsigned char>(octet)] & wanted) != 0;
}

bool all(std::string_view text, Class wanted) {
  unsigned both = wanted;
  for (const char octet : text) both &= kClasses[static_cast<unsigned char>(octet)];
  return both == wanted;
}

bool escapes_are_whole(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (at + 2 >= path.size() || !is(path[at + 1], kHex) || !is(path[at + 2], kHex)) return false;
  }
  return true;
}

bool is_port(std::string_view text) {
  if (text.size() > 5 || !all(text, kDigit)) return false;
  std::uint32_t port = 0;
  for (const char digit : text) port = port * 10 + static_cast<std::uint32_t>(digit - '0');
  return port <= 65535;
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

}  // namespace

bool is_token_octet(char octet) {
  return is(octet, kToken);
}

bool is_token(std::string_view text) {
  return !text.empty() && all(text, kToken);
}

bool is_field_value(std::string_view text) {
  // A token is a kilobyte and more: most of a head is looked at here. A block without branches
  // becomes a few vector instructions.
  constexpr std::size_t kBlock = 32;
  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    std::uint8_t foreign = 0;
    for (std::size_t i = 0; i < kBlock; ++i) foreign |= is_foreign_to_value(text[i]);
    if (foreign != 0) return false;
  }
  return all(text, kFieldValue);
}

std::string_view trim_blanks(std::string_view text) {
  const auto blank = [](char octet) { return octet == ' ' || octet == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_item(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view item = trim_blanks(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return item;
}

bool is_origin_form(std::string_view target) {
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (path.empty() || path.front() != '/' || !all(path, kPath) || !escapes_are_whole(path)) {
    return false;
  }
  return mark == std::string_view::npos || all(target.substr(mark), kQuery);
}

bool is_authority(std::string_view text) {
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    if (end == 0 || end > 255 || !all(text.substr(0, end), kHostName)) return false;
  }
  if (end == text.size()) return true;
  return text[end] == ':' && is_port(text.substr(end + 1));
}

}  // namespace muster::http
