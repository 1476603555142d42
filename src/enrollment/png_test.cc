#include "enrollment/png.h"

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>

#include <gtest/gtest.h>

#include "enrollment/qr_judges_test.h"
#include "enrollment/qr_picture.h"

namespace muster::enrollment {
namespace {

using judges::Image;

QrCode code_of(std::string_view text) {
  return QrCode::encode(text).value();
}

Image picture(const QrCode& code, int scale = kMinScale) {
  const std::optional<Image> image = judges::read_png(png(code, scale));
  EXPECT_TRUE(image.has_value());
  return image.value_or(judges::white(1, 1));
}

void expect_readable(const Image& image, std::string_view text) {
  EXPECT_EQ(judges::read_with_zbar(image), text);
  EXPECT_EQ(judges::read_with_zxing(image), text);
}

TEST(Png, PixelsAreTheModules) {
  for (const std::size_t length : {0U, 10U, 100U, 300U, 656U, 997U}) {
    const QrCode code = code_of(std::string(length, 'x'));
    for (const int scale : {4, 5, 7, 8, 9, 13, 32}) {
      const Image image = picture(code, scale);
      const Image expected = judges::drawn(code, scale);
      EXPECT_EQ(image.width, expected.width);
      EXPECT_EQ(image.height, expected.height);
      EXPECT_TRUE(image.grey == expected.grey) << length << " octets at scale " << scale;
    }
  }
}

TEST(Png, ScaleIsKeptWithinItsLimits) {
  const QrCode code = code_of("x");
  EXPECT_EQ(png(code, 0), png(code, kMinScale));
  EXPECT_EQ(png(code, 1000), png(code, kMaxScale));
}

TEST(Png, IsOneBitGreyAndSmall) {
  const std::string file = png(code_of(judges::provisioning_text(656)));
  EXPECT_TRUE(file.starts_with("\x89PNG\r\n\x1A\n"));
  EXPECT_EQ(file.substr(24, 2), std::string("\x01\x00", 2));  // depth and colour type of IHDR
  EXPECT_LT(file.size(), 2000U);
}

TEST(Png, SameCodeGivesTheSameFile) {
  const QrCode code = code_of(judges::provisioning_text(656));
  const std::string first = png(code);
  EXPECT_NE(png(code_of("something else")), first);  // the compressor has seen other data since
  EXPECT_EQ(png(code), first);
}

// What readers make of it, whatever happens to the picture on the way.
class Readable : public testing::TestWithParam<std::string> {};

TEST_P(Readable, AsItIs) {
  expect_readable(picture(code_of(GetParam())), GetParam());
  expect_readable(picture(code_of(GetParam()), 7), GetParam());
}

TEST_P(Readable, Scaled) {
  const Image image = picture(code_of(GetParam()));
  for (const double factor : {0.5, 1.5, 2.0}) {
    SCOPED_TRACE(factor);
    expect_readable(judges::scaled(image, factor), GetParam());
  }
}

TEST_P(Readable, TurnedByQuarters) {
  const Image image = picture(code_of(GetParam()));
  for (const double degrees : {90.0, 180.0, 270.0}) {
    SCOPED_TRACE(degrees);
    expect_readable(judges::rotated(image, degrees), GetParam());
  }
}

// At six pixels a module: with four, ZXing 1.4 misses about one in twenty askew symbols of version
// 20 and up (zbar reads them all).
TEST_P(Readable, Askew) {
  const Image image = picture(code_of(GetParam()), 6);
  for (const double degrees : {15.0, -33.0, 100.0, 217.0}) {
    SCOPED_TRACE(degrees);
    expect_readable(judges::rotated(image, degrees), GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Readable,
    testing::Values("1", "https://mdm.example.com/enrol?token=ABCDEFGH12345678",
                    R"({"name":"Zürcher Größe – Büro","emoji":"📱🔐","jp":"東京"})",
                    "naïve café ÄÖÜ äöü ß €", "😀😃😄😁😆", judges::provisioning_text(300),
                    judges::provisioning_text(656), judges::provisioning_text(997)),
    [](const testing::TestParamInfo<std::string>& text) {
      return "octets_" + std::to_string(text.param.size());
    });

// Every version of the product at every level.
TEST(Png, EveryVersionIsReadByBoth) {
  for (int version = qr::kMinVersion; version <= QrCode::kPracticalVersion; ++version) {
    for (const auto level : {ErrorCorrection::kLow, ErrorCorrection::kMedium,
                             ErrorCorrection::kQuartile, ErrorCorrection::kHigh}) {
      std::string text = judges::provisioning_text(2000);
      text.resize(static_cast<std::size_t>(QrCode::capacity(level, version)));
      const QrCode code = QrCode::encode(text, level).value();
      SCOPED_TRACE(testing::Message() << "version " << version);
      EXPECT_EQ(code.version(), version);
      expect_readable(picture(code), text);
    }
  }
}

TEST(Png, EveryMaskIsReadByBoth) {
  const std::string text = judges::provisioning_text(400);
  for (int mask = 0; mask < qr::kMaskCount; ++mask) {
    SCOPED_TRACE(mask);
    const QrCode code = QrCode::encode_with_mask(text, ErrorCorrection::kMedium, mask).value();
    expect_readable(picture(code), text);
  }
}

// Error correction M mends about 15 percent: a sticker over part of the poster does no harm.
TEST(Png, CoveredInPartIsStillRead) {
  const std::string text = judges::provisioning_text(656);
  Image image = picture(code_of(text));
  const int side = image.width / 6;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int at = (image.height / 2 + y) * image.width + image.width / 2 + x;
      image.grey[static_cast<std::size_t>(at)] = 255;
    }
  }
  expect_readable(image, text);
}

}  // namespace
}  // namespace muster::enrollment
