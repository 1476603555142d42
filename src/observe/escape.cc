#include "observe/escape.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace muster::observe {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool is_plain(unsigned char octet) {
  return octet >= 0x20 && octet < 0x7F && octet != '"' && octet != '\\';
}

bool is_continuation(unsigned char octet) {
  return (octet & 0xC0U) == 0x80U;
}

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  // octets; 0: not well-formed
};

std::size_t size_by_lead(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The character of two to four octets that `text` begins with (RFC 3629 §4).
Character decode(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = size_by_lead(lead);
  if (size == 0 || text.size() < size) return {};
  std::uint32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (!is_continuation(octet)) return {};
    code = (code << 6U) | (octet & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[size] || code > 0x10FFFF || is_surrogate) return {};
  return {code, size};
}

bool must_be_escaped(std::uint32_t code) {
  return code < 0xA0 || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xFEFF;
}

void append_code(std::string& out, std::uint32_t code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(code >> unsigned(shift)) & 0xFU];
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_code(out, static_cast<unsigned char>(c));
  }
}

// Appends the character at the front of `text`, which is not plain; returns its octets.
std::size_t append_special(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) {
    append_ascii(out, text[0]);
    return 1;
  }
  const Character character = decode(text);
  if (character.size == 0) {
    out += kReplacement;
    return 1;
  }
  if (must_be_escaped(character.code)) {
    append_code(out, character.code);
  } else {
    out += text.substr(0, character.size);
  }
  return character.size;
}

std::string_view cut(std::string_view text) {
  std::size_t size = kLongestValue;
  while (size > kLongestValue - 4 && is_continuation(static_cast<unsigned char>(text[size]))) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  const bool too_long = text.size() > kLongestValue;
  if (too_long) text = cut(text);
  while (!text.empty()) {
    const auto* const special = std::find_if_not(
        text.begin(), text.end(), [](char c) { return is_plain(static_cast<unsigned char>(c)); });
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_special(out, text));
  }
  if (too_long) out += kEllipsis;
}

}  // namespace muster::observe
