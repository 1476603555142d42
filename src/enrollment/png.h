// A QR code as a PNG file (ISO/IEC 15948): one bit a pixel, grey scale, with the quiet zone of four
// modules that ISO/IEC 18004 §9.1 asks for.
#pragma once

#include <string>

#include "enrollment/qr_code.h"

namespace muster::enrollment {

// Pixels along the side of one module. Readers need four; more only makes the file larger, print
// from the SVG picture instead.
inline constexpr int kMinScale = 4;
inline constexpr int kMaxScale = 32;

// The file's octets; the same code and scale always give the same file. Any thread may call it;
// each keeps one compressor for itself. A scale beyond kMinScale to kMaxScale is taken as the
// nearer of the two.
[[nodiscard]] std::string png(const QrCode& code, int scale = kMinScale);

}  // namespace muster::enrollment
