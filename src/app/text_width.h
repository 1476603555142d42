// How text looks on a terminal of cells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::app {

// Cells that UTF-8 takes: two for East Asian wide characters and pictographs, none for marks that
// are put on the character before. Octets that are no UTF-8 count one each.
[[nodiscard]] std::size_t text_width(std::string_view text);

// The text on one line: control characters, which a terminal would obey, become blanks.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace muster::app
