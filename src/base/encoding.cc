#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace muster::base {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint8_t kBad = 0xFF;

std::uint32_t octet(char c) {
  return static_cast<unsigned char>(c);
}

void append_base64_with(std::string& out, std::string_view in, std::string_view alphabet,
                        bool pad) {
  const std::size_t start = out.size();
  out.resize(start + (in.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 3 <= in.size(); i += 3) {
    const std::uint32_t group = octet(in[i]) << 16 | octet(in[i + 1]) << 8 | octet(in[i + 2]);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = alphabet[group >> 6 & 63];
    *to++ = alphabet[group & 63];
  }
  const std::size_t left = in.size() - i;
  if (left > 0) {
    const std::uint32_t group = octet(in[i]) << 16 | (left == 2 ? octet(in[i + 1]) << 8 : 0U);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    if (left == 2) *to++ = alphabet[group >> 6 & 63];
    if (pad) {
      for (std::size_t k = left; k < 3; ++k) *to++ = '=';
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

std::array<std::uint8_t, 256> reverse_base64() {
  std::array<std::uint8_t, 256> table{};
  table.fill(kBad);
  for (std::size_t i = 0; i < 64; ++i) {
    table[octet(kStandard[i])] = static_cast<std::uint8_t>(i);
    table[octet(kUrlSafe[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Length of the well-formed UTF-8 sequence at the front, 0 if there is none (RFC 3629 §4).
std::size_t utf8_sequence(std::string_view text) {
  const std::uint32_t first = octet(text[0]);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(text[i]) & 0xC0) != 0x80) return 0;
  }
  if (size < 3) return size;
  const std::uint32_t second = octet(text[1]);
  if (first == 0xE0 && second < 0xA0) return 0;  // overlong
  if (first == 0xED && second > 0x9F) return 0;  // surrogates
  if (first == 0xF0 && second < 0x90) return 0;  // overlong
  if (first == 0xF4 && second > 0x8F) return 0;  // beyond U+10FFFF
  return size;
}

// Most text is ASCII: eight octets at once, as long as it is.
void skip_ascii(std::string_view& text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t eight = 0;
  while (text.size() >= sizeof(eight)) {
    std::memcpy(&eight, text.data(), sizeof(eight));
    if ((eight & kHighBits) != 0) return;
    text.remove_prefix(sizeof(eight));
  }
}

}  // namespace

std::string base64(std::string_view octets) {
  std::string out;
  append_base64(out, octets);
  return out;
}

void append_base64(std::string& out, std::string_view octets) {
  append_base64_with(out, octets, kStandard, true);
}

std::string base64url(std::string_view octets) {
  std::string out;
  append_base64_with(out, octets, kUrlSafe, false);
  return out;
}

std::string base32(std::string_view octets) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : octets) {
    bits = bits << 8 | octet(c);
    count += 8;
    for (; count >= 5; count -= 5) out += kAlphabet[bits >> (count - 5) & 31];
  }
  if (count > 0) out += kAlphabet[bits << (5 - count) & 31];
  return out;
}

std::string hex(std::string_view octets) {
  std::string out(octets.size() * 2, '\0');
  char* to = out.data();
  for (const char c : octets) {
    *to++ = kHexDigits[octet(c) >> 4];
    *to++ = kHexDigits[octet(c) & 15];
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  static const std::array<std::uint8_t, 256> kReverse = reverse_base64();
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  if (padding > 0 && (text.size() + padding) % 4 != 0) return std::nullopt;
  if (text.size() % 4 == 1) return std::nullopt;
  const bool standard = text.find_first_of("+/") != std::string_view::npos;
  if (standard && text.find_first_of("-_") != std::string_view::npos) return std::nullopt;

  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::uint8_t value = kReverse[octet(c)];
    if (value == kBad) return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

std::optional<std::string> decode_hex(std::string_view text) {
  std::string out;
  const bool colons = text.find(':') != std::string_view::npos;
  for (std::size_t i = 0; i < text.size();) {
    if (i + 1 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
    if (!colons || i == text.size()) continue;
    if (text[i++] != ':' || i == text.size()) return std::nullopt;
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  const auto is_special = [&](char c) { return c == '%' || (c == '+' && plus_is_blank); };
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto* const special = std::find_if(text.begin(), text.end(), is_special);
    out.append(text.begin(), special);
    if (special == text.end()) return out;
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
    if (text[0] == '+') {
      out += ' ';
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    const int high = hex_digit(text[1]);
    const int low = hex_digit(text[2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    text.remove_prefix(3);
  }
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUpperHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    out += '%';
    out += kUpperHex[octet(c) >> 4];
    out += kUpperHex[octet(c) & 15];
  }
  return out;
}

bool is_utf8(std::string_view text) {
  skip_ascii(text);
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace muster::base
