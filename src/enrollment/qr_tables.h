// The fixed figures of a QR Code Model 2 symbol (ISO/IEC 18004): how large it is, how its codewords
// are divided into blocks, and the two small code words that describe it to a reader.
#pragma once

#include <cstdint>
#include <vector>

namespace muster::enrollment {

// How much of a symbol may be lost: about 7, 15, 25 and 30 percent of its codewords.
enum class ErrorCorrection : std::uint8_t { kLow, kMedium, kQuartile, kHigh };

namespace qr {

inline constexpr int kMinVersion = 1;
inline constexpr int kMaxVersion = 40;
inline constexpr int kMaxSize = 17 + 4 * kMaxVersion;
inline constexpr int kMaskCount = 8;

// Every function below has the precondition kMinVersion <= version <= kMaxVersion.

// Modules along one side, without the quiet zone.
[[nodiscard]] constexpr int size_of(int version) {
  return 17 + 4 * version;
}

// Codewords (octets) of data and error correction together (§7.1, Table 1).
[[nodiscard]] int total_codewords(int version);
// Codewords left for data (§7.4.10, Table 7), error-correction codewords of one block and the
// number of blocks (§7.5.1, Table 9).
[[nodiscard]] int data_codewords(int version, ErrorCorrection level);
[[nodiscard]] int error_codewords_per_block(int version, ErrorCorrection level);
[[nodiscard]] int block_count(int version, ErrorCorrection level);

// Bits of the character count of a byte segment (§7.4.1, Table 3).
[[nodiscard]] constexpr int count_bits(int version) {
  return version < 10 ? 8 : 16;
}
// Octets that one byte segment can hold.
[[nodiscard]] int byte_capacity(int version, ErrorCorrection level);

// Row and column coordinates of the centres of alignment patterns, ascending (Annex E).
[[nodiscard]] std::vector<int> alignment_positions(int version);

// 15 bits of format information, BCH code and XOR mask applied (§7.9, Annex C).
[[nodiscard]] std::uint32_t format_bits(ErrorCorrection level, int mask);
// 18 bits of version information (§7.10, Annex D); only versions 7 and up draw them.
[[nodiscard]] std::uint32_t version_bits(int version);

}  // namespace qr
}  // namespace muster::enrollment
