#include "enrollment/qr_tables.h"

#include <array>
#include <cstddef>

namespace muster::enrollment::qr {
namespace {

// ISO/IEC 18004 Table 9, by level, then by version from 1.
using ByVersion = std::array<std::uint8_t, kMaxVersion>;
constexpr std::array<ByVersion, 4> kErrorCodewords = {{
    {7,  10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
     28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
     26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
    {13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
     28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
     30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
}};
constexpr std::array<ByVersion, 4> kBlocks = {{
    {1, 1, 1, 1,  1,  2,  2,  2,  2,  4,  4,  4,  4,  4,  6,  6,  6,  6,  7,  8,
     8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
    {1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
     17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
    {1,  1,  2,  2,  4,  4,  6,  6,  8,  8,  8,  10, 12, 16, 12, 17, 16, 18, 21, 20,
     23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
    {1,  1,  2,  4,  4,  4,  5,  6,  8,  8,  11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
     25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
}};

int figure(const std::array<ByVersion, 4>& table, int version, ErrorCorrection level) {
  return table[static_cast<std::size_t>(level)][static_cast<std::size_t>(version - 1)];
}

// `data` followed by the remainder of its division by `generator`, a polynomial of `degree`.
std::uint32_t with_bch(std::uint32_t data, int degree, std::uint32_t generator) {
  std::uint32_t remainder = data;
  for (int i = 0; i < degree; ++i) {
    remainder = (remainder << 1) ^ ((remainder >> (degree - 1)) * generator);
  }
  return (data << degree) | remainder;
}

}  // namespace

int total_codewords(int version) {
  // The square without finders, timing, format, alignment and version modules.
  int modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const int along = version / 7 + 2;
    modules -= (25 * along - 10) * along - 55;
    if (version >= 7) modules -= 36;
  }
  return modules / 8;
}

int data_codewords(int version, ErrorCorrection level) {
  return total_codewords(version) -
         error_codewords_per_block(version, level) * block_count(version, level);
}

int error_codewords_per_block(int version, ErrorCorrection level) {
  return figure(kErrorCodewords, version, level);
}

int block_count(int version, ErrorCorrection level) {
  return figure(kBlocks, version, level);
}

int byte_capacity(int version, ErrorCorrection level) {
  return (8 * data_codewords(version, level) - 4 - count_bits(version)) / 8;
}

std::vector<int> alignment_positions(int version) {
  if (version == 1) return {};
  const int gaps = version / 7 + 1;
  // The outermost stand at 6 and size - 7; even distances between, all rounding in the first gap.
  // Version 32 is the one exception to the rule that Annex E otherwise follows.
  const int step = version == 32 ? 26 : (version * 4 + (gaps + 1) * 2 + 1) / (gaps * 2) * 2;
  std::vector<int> positions(static_cast<std::size_t>(gaps) + 1, 6);
  int position = size_of(version) - 7;
  for (std::size_t i = positions.size() - 1; i > 0; --i, position -= step) positions[i] = position;
  return positions;
}

std::uint32_t format_bits(ErrorCorrection level, int mask) {
  constexpr std::array<std::uint32_t, 4> kLevelBits = {1, 0, 3, 2};  // L, M, Q, H (Table 12)
  const std::uint32_t data =
      (kLevelBits[static_cast<std::size_t>(level)] << 3) | static_cast<std::uint32_t>(mask);
  return with_bch(data, 10, 0x537) ^ 0x5412;
}

std::uint32_t version_bits(int version) {
  return with_bch(static_cast<std::uint32_t>(version), 12, 0x1F25);
}

}  // namespace muster::enrollment::qr
