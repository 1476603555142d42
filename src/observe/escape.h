// Makes any octets safe inside a quoted text of one line: for log values, which clients choose.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::observe {

// Values longer than this are cut, at a character's boundary, and end in U+2026.
inline constexpr std::size_t kLongestValue = 2048;

// Appends `text` with JSON's escapes (RFC 8259 §7) but without quotes. Beyond what JSON asks for,
// DEL, C1 controls, line separators and bidirectional controls are escaped too, so that no value
// can start a line, colour a terminal or reorder what is read. Each octet that is not part of
// well-formed UTF-8 becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text);

}  // namespace muster::observe
