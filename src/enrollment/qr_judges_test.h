// What the tests of QR pictures share: an independent PNG reader (libpng), two independent QR
// readers (zbar and ZXing) and the ways in which a picture is spoiled between screen and camera.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enrollment/qr_code.h"

namespace muster::enrollment::judges {

// Eight-bit grey pixels, 255 white, row by row.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> grey;

  // White beyond the edges.
  [[nodiscard]] std::uint8_t at(int x, int y) const {
    if (x < 0 || y < 0 || x >= width || y >= height) return 255;
    return grey[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                static_cast<std::size_t>(x)];
  }
};

[[nodiscard]] Image white(int width, int height);

// nullopt when libpng refuses the file or warns of it.
[[nodiscard]] std::optional<Image> read_png(std::string_view file);

// Area average when it shrinks, bilinear when it grows.
[[nodiscard]] Image scaled(const Image& image, double factor);
// Clockwise around the centre, bilinear, on white ground that holds all of it. Multiples of 90
// degrees are exact.
[[nodiscard]] Image rotated(const Image& image, double degrees);

// The octets of the one QR code in the picture; nullopt when there is none that can be read.
[[nodiscard]] std::optional<std::string> read_with_zbar(const Image& image);
[[nodiscard]] std::optional<std::string> read_with_zxing(const Image& image);

// `scale` pixels a module with a quiet zone of four, drawn with the simplest loop there is.
[[nodiscard]] Image drawn(const QrCode& code, int scale);

// A provisioning document of exactly `octets` (at least 300), as an Android device gets it.
[[nodiscard]] std::string provisioning_text(std::size_t octets);

}  // namespace muster::enrollment::judges
