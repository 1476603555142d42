// What commands print: errors, aligned tables, lists of options. Plain text without colours, so
// that it looks the same in a terminal, a file and a log.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace muster::app {

// "muster: message" and a line for each detail, to standard error.
void print_error(const base::Error& error);

// Columns as wide as their widest cell on a terminal, two blanks apart. A row stays on its line
// whatever its cells hold.
[[nodiscard]] std::string aligned_table(const std::vector<std::vector<std::string>>& rows);

// Terms and what they mean, two columns, the second wrapped so that lines stay within `width`
// characters. A term wider than the first column has a line of its own.
[[nodiscard]] std::string glossary(const std::vector<std::pair<std::string, std::string>>& rows,
                                   std::size_t width = 100);

}  // namespace muster::app
