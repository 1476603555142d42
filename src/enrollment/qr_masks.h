// The eight mask patterns of a symbol (ISO/IEC 18004 §7.8), as rows of bits. Internal to the
// encoder.
#pragma once

#include <array>
#include <cstdint>

#include "enrollment/qr_matrix.h"
#include "enrollment/qr_tables.h"

namespace muster::enrollment::qr {

// Every mask repeats after twelve modules in both directions.
inline constexpr int kMaskPeriod = 12;
using MaskPattern = std::array<std::array<std::uint64_t, 4>, kMaskPeriod>;

// All masks, by row and by column; built once, on first use, by any thread.
struct Masks {
  std::array<MaskPattern, kMaskCount> rows{};
  std::array<MaskPattern, kMaskCount> columns{};

  static const Masks& instance();
};

// Makes `result`, of the same size, `plain` with `pattern` laid over the modules of `area`.
void apply(const MaskPattern& pattern, const BitMatrix& plain, const BitMatrix& area,
           BitMatrix& result);

}  // namespace muster::enrollment::qr
