#include "enrollment/qr_code.h"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qrcodegen/qrcodegen.hpp>

namespace muster::enrollment {
namespace {

using Oracle = qrcodegen::QrCode;
using enum ErrorCorrection;

constexpr std::array kLevels = {kLow, kMedium, kQuartile, kHigh};
constexpr int kBestMask = -1;

// The same text by the other encoder, which shares no code with ours.
Oracle oracle(const std::string& text, ErrorCorrection level, int mask) {
  constexpr std::array kOracleLevels = {Oracle::Ecc::LOW, Oracle::Ecc::MEDIUM,
                                        Oracle::Ecc::QUARTILE, Oracle::Ecc::HIGH};
  const std::vector<std::uint8_t> octets(text.begin(), text.end());
  return Oracle::encodeSegments({qrcodegen::QrSegment::makeBytes(octets)},
                                kOracleLevels[static_cast<std::size_t>(level)], Oracle::MIN_VERSION,
                                Oracle::MAX_VERSION, mask, false);
}

base::Result<QrCode> ours(const std::string& text, ErrorCorrection level, int mask) {
  return mask == kBestMask ? QrCode::encode(text, level, qr::kMaxVersion)
                           : QrCode::encode_with_mask(text, level, mask);
}

std::string random_octets(std::size_t length, std::mt19937& random) {
  std::string text(length, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

// Empty when both symbols agree in everything, else the first difference.
std::string difference(const QrCode& code, const Oracle& expected) {
  if (code.version() != expected.getVersion()) return "version " + std::to_string(code.version());
  if (code.size() != expected.getSize()) return "size " + std::to_string(code.size());
  if (code.mask() != expected.getMask()) return "mask " + std::to_string(code.mask());
  for (int y = 0; y < code.size(); ++y) {
    for (int x = 0; x < code.size(); ++x) {
      if (code.dark(x, y) != expected.getModule(x, y)) {
        return "module " + std::to_string(x) + ", " + std::to_string(y);
      }
    }
  }
  return {};
}

void expect_equal(const std::string& text, ErrorCorrection level, int mask) {
  const base::Result<QrCode> code = ours(text, level, mask);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(difference(*code, oracle(text, level, mask)), "")
      << text.size() << " octets, level " << static_cast<int>(level) << ", mask " << mask;
}

// Every version of every level, at both ends of the lengths that it takes: the fullest symbol and
// the one with the most padding.
class EachLevel : public testing::TestWithParam<ErrorCorrection> {};

TEST_P(EachLevel, AllVersionsEqualTheOracleWithTheBestMask) {
  std::mt19937 random(static_cast<std::mt19937::result_type>(GetParam()));
  std::size_t shortest = 0;
  for (int version = qr::kMinVersion; version <= qr::kMaxVersion; ++version) {
    const auto longest = static_cast<std::size_t>(QrCode::capacity(GetParam(), version));
    expect_equal(random_octets(shortest, random), GetParam(), kBestMask);
    expect_equal(random_octets(longest, random), GetParam(), kBestMask);
    EXPECT_EQ(ours(std::string(longest, 'x'), GetParam(), 0)->version(), version);
    shortest = longest + 1;
  }
}

TEST_P(EachLevel, AllVersionsEqualTheOracleWithEveryMask) {
  std::mt19937 random(100 + static_cast<std::mt19937::result_type>(GetParam()));
  for (int version = qr::kMinVersion; version <= qr::kMaxVersion; ++version) {
    const auto longest = static_cast<std::size_t>(QrCode::capacity(GetParam(), version));
    for (int mask = 0; mask < qr::kMaskCount; ++mask) {
      expect_equal(random_octets(longest - random() % 3, random), GetParam(), mask);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, EachLevel, testing::ValuesIn(kLevels));

// Texts without much noise in them, whose symbols have long runs and finder-like patterns: here the
// penalty rules decide, and a slip in one of them picks another mask.
TEST(QrCode, MonotonousTextsGetTheMaskOfTheOracle) {
  for (const char filler : {'\0', ' ', '0', 'U', '\xAA', '\xFF', ']'}) {
    for (std::size_t length = 0; length < 400; length += 7) {
      expect_equal(std::string(length, filler), kLevels[length % 4], kBestMask);
    }
  }
}

TEST(QrCode, RandomLengthsGetTheMaskOfTheOracle) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    expect_equal(random_octets(random() % 700, random), kLevels[static_cast<std::size_t>(i % 4)],
                 kBestMask);
  }
}

TEST(QrCode, SmallestVersionIsTakenAndLevelKept) {
  const base::Result<QrCode> code = QrCode::encode(std::string(656, 'x'));
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(code->version(), 20);
  EXPECT_EQ(code->size(), 97);
  EXPECT_EQ(code->level(), kMedium);
}

TEST(QrCode, CapacitiesAreThoseOfTheStandard) {  // ISO/IEC 18004 Table 7
  EXPECT_EQ(QrCode::capacity(kLow, 1), 17);
  EXPECT_EQ(QrCode::capacity(kMedium, 9), 180);
  EXPECT_EQ(QrCode::capacity(kMedium, 10), 213);
  EXPECT_EQ(QrCode::capacity(kMedium), 997);
  EXPECT_EQ(QrCode::capacity(kQuartile, 27), 805);
  EXPECT_EQ(QrCode::capacity(kHigh, 40), 1273);
  EXPECT_EQ(QrCode::capacity(kLow, 40), 2953);
}

TEST(QrCode, TooLongATextIsRefusedWithItsSizeAndTheLimit) {
  EXPECT_TRUE(QrCode::encode(std::string(997, 'x')).ok());
  const base::Result<QrCode> code = QrCode::encode(std::string(1000, 'x'));
  ASSERT_FALSE(code.ok());
  EXPECT_EQ(code.error().code, base::ErrorCode::kModelValidation);
  EXPECT_THAT(code.error().message, testing::HasSubstr("1000 octets"));
  EXPECT_THAT(code.error().message, testing::HasSubstr("at most 997"));
  EXPECT_THAT(code.error().message, testing::HasSubstr("by 3 octets"));
  EXPECT_FALSE(QrCode::encode_with_mask(std::string(2954, 'x'), kLow, 0).ok());
}

// Templates and tables are built by whoever needs them first.
TEST(QrCode, ThreadsThatStartTogetherGetTheSameSymbol) {
  const std::string text(1500, 'y');
  std::vector<std::optional<QrCode>> codes(4);
  std::vector<std::thread> threads;
  threads.reserve(codes.size());
  for (std::optional<QrCode>& code : codes) {
    threads.emplace_back([&] { code = QrCode::encode(text, kLow, qr::kMaxVersion).value(); });
  }
  for (std::thread& thread : threads) thread.join();
  const Oracle expected = oracle(text, kLow, kBestMask);
  for (const std::optional<QrCode>& code : codes) EXPECT_EQ(difference(*code, expected), "");
}

}  // namespace
}  // namespace muster::enrollment
