#include "app/print.h"

#include <algorithm>
#include <iostream>

namespace muster::app {
namespace {

// Characters, as far as a terminal of one cell a character goes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

void print_error(const base::Error& error) {
  std::cerr << "muster: " << (error.details.empty() ? error.message : "there are faults:") << '\n';
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

}  // namespace muster::app
