// How badly a symbol would scan: the sum that decides between the eight masks (ISO/IEC 18004
// §7.8.3). Counted on whole rows of bits at once.
#pragma once

#include "enrollment/qr_matrix.h"

namespace muster::enrollment::qr {

// The penalty of `rows`; `columns` must be its transposition.
//
// N1: 3 for each run of five equal modules in a row or column, 1 for each module more.
// N2: 3 for each 2 x 2 square of one colour.
// N3: 40 for each dark-light-dark-light-dark of ratio 1:1:3:1:1 at any scale n, with at least 4n
//     light on one side and at least n on the other (80 if 4n on both); beyond the symbol all is
//     light, as the quiet zone makes it.
// N4: 10 for every full 5 percent that the share of dark modules lies beyond 45 to 55 percent.
[[nodiscard]] int penalty(const BitMatrix& rows, const BitMatrix& columns);

}  // namespace muster::enrollment::qr
