// What all symbols of one version share: the function patterns, the modules left for data and the
// order in which codeword bits fill them. Built once per version, on first use, by any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "enrollment/qr_matrix.h"

namespace muster::enrollment::qr {

struct Template {
  // Finder, timing, alignment and version patterns; format information is left light. Equal to its
  // own transposition, as is `area`.
  BitMatrix patterns;
  // Modules of data and error correction, with remainder bits: those that masks apply to.
  BitMatrix area;
  // Where codeword bits go, most significant first, without the remainder bits (§7.7.3):
  // y * 64 * stride + x.
  std::vector<std::uint16_t> places;
};

// Precondition: kMinVersion <= version <= kMaxVersion.
[[nodiscard]] const Template& template_of(int version);

}  // namespace muster::enrollment::qr
