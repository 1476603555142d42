#include "app/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace muster::app {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Nonspacing marks and format characters of the scripts in common use (Unicode, categories Mn, Cf).
constexpr std::array<Range, 24> kNoCells = {{
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},   {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x0900, 0x0902}, {0x093C, 0x093C},   {0x0941, 0x0948},
    {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},   {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},   {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
}};
// Wide and fullwidth characters (Unicode Standard Annex 11), in blocks.
constexpr std::array<Range, 16> kTwoCells = {{
    {0x1100, 0x115F},
    {0x231A, 0x231B},
    {0x23E9, 0x23EC},
    {0x2E80, 0x303E},
    {0x3041, 0x4DBF},
    {0x4E00, 0xA4CF},
    {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF},
    {0x20000, 0x3FFFD},
}};

template <std::size_t kSize>
bool within(char32_t code, const std::array<Range, kSize>& ranges) {
  const auto at = std::ranges::lower_bound(ranges, code, {}, &Range::last);
  return at != ranges.end() && at->first <= code;
}

// Takes the first character, or the first octet when that begins none.
char32_t take(std::string_view& text) {
  const auto octet = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = octet(0);
  const std::size_t size = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xC0U) != 0x80) {
      text.remove_prefix(1);
      return U'?';
    }
    code = code << 6 | (octet(i) & 0x3FU);
  }
  text.remove_prefix(size);
  return code;
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

}  // namespace

std::size_t text_width(std::string_view text) {
  std::size_t cells = 0;
  while (!text.empty()) {
    const char32_t code = take(text);
    if (!within(code, kNoCells)) cells += within(code, kTwoCells) ? 2 : 1;
  }
  return cells;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::string_view before = text;
    const bool blank = is_control(take(text));
    if (blank) {
      line += ' ';
    } else {
      line += before.substr(0, before.size() - text.size());
    }
  }
  return line;
}

}  // namespace muster::app
