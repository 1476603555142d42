#include "enrollment/qr_judges_test.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>
#include <png.h>
#include <zbar.h>

// Says that text() is UTF-8, which we do not call; without it the header prints a warning.
#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

namespace muster::enrollment::judges {
namespace {

// `x` and `y` in pixels from the upper left corner; pixel centres lie at halves.
std::uint8_t bilinear(const Image& image, double x, double y) {
  const double left = std::floor(x - 0.5);
  const double top = std::floor(y - 0.5);
  const double along = x - 0.5 - left;
  const double down = y - 0.5 - top;
  const int i = static_cast<int>(left);
  const int j = static_cast<int>(top);
  const double upper = image.at(i, j) * (1 - along) + image.at(i + 1, j) * along;
  const double lower = image.at(i, j + 1) * (1 - along) + image.at(i + 1, j + 1) * along;
  return static_cast<std::uint8_t>(std::lround(upper * (1 - down) + lower * down));
}

// Mean of the pixels in a rectangle, those on its edge by the share that lies inside.
std::uint8_t mean(const Image& image, double left, double top, double width, double height) {
  double sum = 0;
  for (int y = static_cast<int>(top); y < top + height; ++y) {
    const double rows = std::min(top + height, y + 1.0) - std::max(top, static_cast<double>(y));
    for (int x = static_cast<int>(left); x < left + width; ++x) {
      const double columns =
          std::min(left + width, x + 1.0) - std::max(left, static_cast<double>(x));
      sum += rows * columns * image.at(x, y);
    }
  }
  return static_cast<std::uint8_t>(std::lround(sum / (width * height)));
}

template <typename Pixel>
Image painted(int width, int height, Pixel pixel) {
  Image image = white(width, height);
  auto next = image.grey.begin();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) *next++ = pixel(x, y);
  }
  return image;
}

}  // namespace

Image white(int width, int height) {
  return {width, height,
          std::vector<std::uint8_t>(
              static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 255)};
}

std::optional<Image> read_png(std::string_view file) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&header, file.data(), file.size()) == 0) return {};
  header.format = PNG_FORMAT_GRAY;
  Image image = white(static_cast<int>(header.width), static_cast<int>(header.height));
  const int read = png_image_finish_read(&header, nullptr, image.grey.data(), 0, nullptr);
  const bool clean = read != 0 && header.warning_or_error == 0;
  png_image_free(&header);
  if (!clean) return {};
  return image;
}

Image scaled(const Image& image, double factor) {
  const int width = static_cast<int>(std::lround(image.width * factor));
  const int height = static_cast<int>(std::lround(image.height * factor));
  return painted(width, height, [&](int x, int y) {
    if (factor < 1) return mean(image, x / factor, y / factor, 1 / factor, 1 / factor);
    return bilinear(image, (x + 0.5) / factor, (y + 0.5) / factor);
  });
}

Image rotated(const Image& image, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const bool quarter = std::fmod(degrees, 90) == 0;
  const double sine = quarter ? std::round(std::sin(angle)) : std::sin(angle);
  const double cosine = quarter ? std::round(std::cos(angle)) : std::cos(angle);
  const double full_width = std::abs(image.width * cosine) + std::abs(image.height * sine);
  const double full_height = std::abs(image.width * sine) + std::abs(image.height * cosine);
  const int width = static_cast<int>(std::ceil(full_width));
  const int height = static_cast<int>(std::ceil(full_height));
  return painted(width, height, [&](int x, int y) {
    const double dx = x + 0.5 - width / 2.0;
    const double dy = y + 0.5 - height / 2.0;
    return bilinear(image, image.width / 2.0 + dx * cosine + dy * sine,
                    image.height / 2.0 - dx * sine + dy * cosine);
  });
}

std::optional<std::string> read_with_zbar(const Image& image) {
  zbar::ImageScanner scanner;
  scanner.set_config(zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 0);
  scanner.set_config(zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_ENABLE, 1);
  scanner.set_config(zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_BINARY, 1);
  zbar::Image view(static_cast<unsigned>(image.width), static_cast<unsigned>(image.height), "Y800",
                   image.grey.data(), image.grey.size());
  if (scanner.scan(view) != 1) return {};
  return view.symbol_begin()->get_data();
}

std::optional<std::string> read_with_zxing(const Image& image) {
  const ZXing::ImageView view(image.grey.data(), image.width, image.height,
                              ZXing::ImageFormat::Lum);
  const auto hints =
      ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true);
  const ZXing::Results found = ZXing::ReadBarcodes(view, hints);
  if (found.size() != 1 || !found.front().isValid()) return {};
  const ZXing::ByteArray& octets = found.front().bytes();
  return std::string(octets.begin(), octets.end());
}

Image drawn(const QrCode& code, int scale) {
  constexpr int kQuiet = 4;
  const int side = (code.size() + 2 * kQuiet) * scale;
  return painted(side, side, [&](int x, int y) {
    const int column = x / scale - kQuiet;
    const int row = y / scale - kQuiet;
    const bool inside = column >= 0 && row >= 0 && column < code.size() && row < code.size();
    return inside && code.dark(column, row) ? std::uint8_t{0} : std::uint8_t{255};
  });
}

std::string provisioning_text(std::size_t octets) {
  std::string text = R"({"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME":)"
                     R"("com.example.dpc/com.example.dpc.AdminReceiver",)"
                     R"("android.app.extra.PROVISIONING_LEAVE_ALL_SYSTEM_APPS_ENABLED":false,)"
                     R"("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":{"enrollmentToken":")";
  const std::string_view end = R"("}})";
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::uint32_t state = 12345;  // any fixed sequence without a short period
  while (text.size() + end.size() < octets) {
    state = state * 1664525U + 1013904223U;
    text += kAlphabet[(state >> 16) % kAlphabet.size()];
  }
  return text.append(end);
}

// The judges themselves: they must tell a good picture from none and from a broken file.
TEST(QrJudges, FindNothingOnWhitePaper) {
  EXPECT_EQ(read_with_zbar(white(200, 200)), std::nullopt);
  EXPECT_EQ(read_with_zxing(white(200, 200)), std::nullopt);
  EXPECT_FALSE(read_png("not a picture").has_value());
}

TEST(QrJudges, QuarterTurnsAreExact) {
  const Image image{2, 2, {0, 50, 100, 150}};
  EXPECT_EQ(rotated(image, 90).grey, (std::vector<std::uint8_t>{100, 0, 150, 50}));
  EXPECT_EQ(rotated(rotated(image, 90), 270).grey, image.grey);
}

}  // namespace muster::enrollment::judges
