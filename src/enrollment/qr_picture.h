// A QR code as text: an SVG document for print and web pages, and characters for a terminal. Both
// carry the quiet zone of four modules that ISO/IEC 18004 §9.1 asks for.
#pragma once

#include <string>
#include <string_view>

#include "enrollment/qr_code.h"

namespace muster::enrollment {

// Light modules on every side of a picture.
inline constexpr int kQuietZone = 4;

// A stand-alone SVG 1.1 document whose user unit is one module: a white ground and one path whose
// strokes are the horizontal runs of dark modules. It holds no script and refers to nothing
// outside. `title` is what a screen reader says; characters that XML cannot hold become U+FFFD.
[[nodiscard]] std::string svg(const QrCode& code, std::string_view title);

// UTF-8 half blocks, two modules a character, lines ending in `\n`. Sets black and white of the
// 256-colour cube explicitly, so that it scans whatever colours the terminal has, and resets them
// at the end of each line.
[[nodiscard]] std::string terminal(const QrCode& code);

}  // namespace muster::enrollment
