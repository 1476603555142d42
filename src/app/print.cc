#include "app/print.h"

#include <algorithm>
#include <cstddef>
#include <iostream>

#include "app/text_width.h"

namespace muster::app {
namespace {

// Words of `text` on lines of at most `line_width`, the first line begun at `indent`.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent,
                    std::size_t line_width) {
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > indent && column + 1 + text_width(word) > line_width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += text_width(word);
  }
}

}  // namespace

void print_error(const base::Error& error) {
  std::cerr << "muster: " << error.message << '\n';
  if (error.details.size() == 1 && error.details.front().message == error.message) return;
  for (const base::ErrorDetail& detail : error.details) std::cerr << "  " << detail.message << '\n';
}

std::string aligned_table(const std::vector<std::vector<std::string>>& given) {
  std::vector<std::vector<std::string>> rows = given;
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = on_one_line(row[i]);
      widths[i] = std::max(widths[i], text_width(row[i]));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - text_width(row[i]) + 2, ' ');
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
    if (text_width(term) <= kWidestTerm) first = std::max(first, text_width(term));
  }
  const std::size_t indent = first + 4;
  std::string out;
  for (const auto& [term, meaning] : rows) {
    out += "  " + term;
    if (!meaning.empty() && text_width(term) > first) {
      out.append("\n").append(indent, ' ');
    } else if (!meaning.empty()) {
      out.append(indent - text_width(term) - 2, ' ');
    }
    append_wrapped(out, meaning, indent, line_width);
    out += '\n';
  }
  return out;
}

}  // namespace muster::app
