#include "enrollment/qr_matrix.h"

#include <algorithm>
#include <array>

namespace muster::enrollment::qr {
namespace {

using Block = std::array<std::uint64_t, 64>;

// Swaps the off-diagonal halves of ever smaller squares (Hacker's Delight, §7-3).
void transpose(Block& block) {
  std::uint64_t mask = 0x00000000FFFFFFFF;
  for (unsigned half = 32; half != 0; half /= 2, mask ^= mask << half) {
    for (std::size_t k = 0; k < 64; k = ((k | half) + 1) & ~std::size_t{half}) {
      const std::uint64_t swap = ((block[k] >> half) ^ block[k | half]) & mask;
      block[k] ^= swap << half;
      block[k | half] ^= swap;
    }
  }
}

}  // namespace

BitMatrix transposed(const BitMatrix& matrix) {
  BitMatrix result(matrix.size());
  Block block;
  for (int top = 0; top < matrix.size(); top += 64) {
    const int rows = std::min(64, matrix.size() - top);
    for (int left = 0; left < matrix.size(); left += 64) {
      block.fill(0);
      for (int i = 0; i < rows; ++i)
        block[static_cast<std::size_t>(i)] = matrix.row(top + i)[left / 64];
      transpose(block);
      const int columns = std::min(64, matrix.size() - left);
      for (int i = 0; i < columns; ++i)
        result.row(left + i)[top / 64] = block[static_cast<std::size_t>(i)];
    }
  }
  return result;
}

}  // namespace muster::enrollment::qr
