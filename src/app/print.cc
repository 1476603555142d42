#include "app/print.h"

#include <algorithm>
#include <cstddef>
#include <iostream>

namespace muster::app {
namespace {

// Characters, as far as a terminal of one cell a character goes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Words of `text` on lines of at most `line_width`, the first line begun at `indent`.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent,
                    std::size_t line_width) {
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > indent && column + 1 + width(word) > line_width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width(word);
  }
}

}  // namespace

void print_error(const base::Error& error) {
  std::cerr << "muster: " << error.message << '\n';
  if (error.details.size() == 1 && error.details.front().message == error.message) return;
  for (const base::ErrorDetail& detail : error.details) std::cerr << "  " << detail.message << '\n';
}

std::string aligned_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - width(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string glossary(const std::vector<std::pair<std::string, std::string>>& rows,
                     std::size_t line_width) {
  constexpr std::size_t kWidestTerm = 30;
  std::size_t first = 0;
  for (const auto& [term, meaning] : rows) {
    if (width(term) <= kWidestTerm) first = std::max(first, width(term));
  }
  const std::size_t indent = first + 4;
  std::string out;
  for (const auto& [term, meaning] : rows) {
    out += "  " + term;
    if (!meaning.empty() && width(term) > first) {
      out.append("\n").append(indent, ' ');
    } else if (!meaning.empty()) {
      out.append(indent - width(term) - 2, ' ');
    }
    append_wrapped(out, meaning, indent, line_width);
    out += '\n';
  }
  return out;
}

}  // namespace muster::app
