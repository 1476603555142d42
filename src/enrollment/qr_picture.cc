#include "enrollment/qr_picture.h"

#include <array>
#include <charconv>

#include "base/encoding.h"

namespace muster::enrollment {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

void append(std::string& out, int number) {
  std::array<char, 12> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// XML 1.0 §2.2: of the C0 controls only tab, line feed and carriage return are characters.
bool is_forbidden_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    default:
      if (is_forbidden_control(c)) {
        out += kReplacement;
      } else {
        out += c;
      }
  }
}

// `text` as the content of an XML element (XML 1.0 §2.4).
void append_escaped(std::string& out, std::string_view text) {
  const bool well_formed = base::is_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      out += kReplacement;  // U+FFFE and U+FFFF, the two non-characters that XML refuses
      i += 2;
    } else if (!well_formed && static_cast<unsigned char>(text[i]) >= 0x80) {
      out += kReplacement;
    } else {
      append_escaped(out, text[i]);
    }
  }
}

int run_length(const QrCode& code, int x, int y) {
  const int begin = x;
  while (x < code.size() && code.dark(x, y)) ++x;
  return x - begin;
}

// Moves are relative to the end of the run before: they are shorter than absolute ones.
void append_path(std::string& out, const QrCode& code) {
  int pen_x = 0;
  int pen_y = 0;
  for (int y = 0; y < code.size(); ++y) {
    for (int x = 0; x < code.size(); ++x) {
      const int length = run_length(code, x, y);
      if (length == 0) continue;
      out += 'm';
      append(out, x - pen_x);
      if (y >= pen_y) out += ' ';
      append(out, y - pen_y);
      out += 'h';
      append(out, length);
      x += length;
      pen_x = x;
      pen_y = y;
    }
  }
}

// Light beyond the symbol.
bool dark_or_quiet(const QrCode& code, int x, int y) {
  return x >= 0 && y >= 0 && x < code.size() && y < code.size() && code.dark(x, y);
}

}  // namespace

std::string svg(const QrCode& code, std::string_view title) {
  std::string out;
  out.reserve(512 + title.size() + static_cast<std::size_t>(code.size() * code.size()) * 2);
  const int side = code.size() + 2 * kQuietZone;
  out += R"(<svg xmlns="http://www.w3.org/2000/svg" version="1.1" viewBox="0 0 )";
  append(out, side);
  out += ' ';
  append(out, side);
  out += R"(" shape-rendering="crispEdges" role="img"><title>)";
  append_escaped(out, title);
  out += R"(</title><path fill="#fff" d="M0 0h)";
  append(out, side);
  out += 'v';
  append(out, side);
  out += R"(H0z"/><path stroke="#000" d="M)";
  append(out, kQuietZone);
  out += ' ';
  append(out, kQuietZone);
  out += ".5";
  append_path(out, code);
  out += "\"/></svg>\n";
  return out;
}

std::string terminal(const QrCode& code) {
  constexpr std::string_view kBlackOnWhite = "\x1B[38;5;16;48;5;231m";
  constexpr std::string_view kReset = "\x1B[0m\n";
  constexpr std::array<std::string_view, 4> kHalves = {" ", "▀", "▄", "█"};
  std::string out;
  const int end = code.size() + kQuietZone;
  for (int y = -kQuietZone; y < end; y += 2) {
    out += kBlackOnWhite;
    for (int x = -kQuietZone; x < end; ++x) {
      const std::size_t upper = dark_or_quiet(code, x, y) ? 1 : 0;
      const std::size_t lower = dark_or_quiet(code, x, y + 1) ? 2 : 0;
      out += kHalves[upper | lower];
    }
    out += kReset;
  }
  return out;
}

}  // namespace muster::enrollment
