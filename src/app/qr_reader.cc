#include "app/qr_reader.h"

#include <cstdint>
#include <vector>

#include <png.h>

// Says that text() is UTF-8, which we do not call; without it the header prints a warning.
#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

namespace muster::app {
namespace {

constexpr std::size_t kMostPixels = 64'000'000;

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> grey = {};
};

std::optional<Picture> read_png(std::string_view file) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&header, file.data(), file.size()) == 0) return {};
  const std::size_t pixels = std::size_t{header.width} * header.height;
  if (pixels > kMostPixels) {
    png_image_free(&header);
    return {};
  }
  header.format = PNG_FORMAT_GRAY;
  Picture picture{static_cast<int>(header.width), static_cast<int>(header.height),
                  std::vector<std::uint8_t>(pixels)};
  const png_color white{255, 255, 255};  // behind what is transparent
  const int read = png_image_finish_read(&header, &white, picture.grey.data(), 0, nullptr);
  png_image_free(&header);
  if (read == 0) return {};
  return picture;
}

}  // namespace

std::optional<std::string> read_qr_code(std::string_view png) {
  const auto picture = read_png(png);
  if (!picture) return {};
  const ZXing::ImageView view(picture->grey.data(), picture->width, picture->height,
                              ZXing::ImageFormat::Lum);
  const auto hints =
      ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true);
  const ZXing::Results found = ZXing::ReadBarcodes(view, hints);
  if (found.size() != 1 || !found.front().isValid()) return {};
  const ZXing::ByteArray& octets = found.front().bytes();
  return std::string(octets.begin(), octets.end());
}

}  // namespace muster::app
