// What commands print: errors, aligned tables, JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace muster::app {

// "muster: message", then a line for each detail, to standard error.
void print_error(const base::Error& error);

// Columns as wide as their widest cell, two blanks apart; the first row is the heading.
[[nodiscard]] std::string aligned_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace muster::app
