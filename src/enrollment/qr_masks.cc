#include "enrollment/qr_masks.h"

#include <cstddef>

namespace muster::enrollment::qr {
namespace {

// The eight conditions of §7.8.2, Table 10, for row i and column j.
bool inverts(int mask, int i, int j) {
  switch (mask) {
    case 0:
      return (i + j) % 2 == 0;
    case 1:
      return i % 2 == 0;
    case 2:
      return j % 3 == 0;
    case 3:
      return (i + j) % 3 == 0;
    case 4:
      return (i / 2 + j / 3) % 2 == 0;
    case 5:
      return i * j % 2 + i * j % 3 == 0;
    case 6:
      return (i * j % 2 + i * j % 3) % 2 == 0;
    default:
      return ((i + j) % 2 + i * j % 3) % 2 == 0;
  }
}

void set(Masks& masks, int mask, int line, int along) {
  const auto m = static_cast<std::size_t>(mask);
  const auto l = static_cast<std::size_t>(line);
  const auto word = static_cast<std::size_t>(along) / 64;
  const std::uint64_t bit = std::uint64_t{1} << (along % 64);
  if (inverts(mask, line, along)) masks.rows[m][l][word] |= bit;
  if (inverts(mask, along, line)) masks.columns[m][l][word] |= bit;
}

Masks built() {
  constexpr int kBits = 256;
  Masks masks;
  for (int mask = 0; mask < kMaskCount; ++mask) {
    for (int line = 0; line < kMaskPeriod; ++line) {
      for (int along = 0; along < kBits; ++along) set(masks, mask, line, along);
    }
  }
  return masks;
}

}  // namespace

const Masks& Masks::instance() {
  static const Masks kMasks = built();
  return kMasks;
}

void apply(const MaskPattern& pattern, const BitMatrix& plain, const BitMatrix& area,
           BitMatrix& result) {
  std::size_t line = 0;
  for (int y = 0; y < plain.size(); ++y) {
    for (std::size_t word = 0; word < plain.stride(); word += 2) {
      const Lanes inverted = load(&pattern[line][word]) & load(area.row(y) + word);
      store(result.row(y) + word, load(plain.row(y) + word) ^ inverted);
    }
    line = line + 1 == kMaskPeriod ? 0 : line + 1;
  }
}

}  // namespace muster::enrollment::qr
