// Reed–Solomon error correction over GF(256) as QR codes use it (ISO/IEC 18004 §7.5.2): one table
// of 256 products per degree turns the division into one look-up and four XORs an octet.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace muster::enrollment::qr {

class ReedSolomon {
 public:
  static constexpr int kMaxDegree = 30;

  // The coder that makes `degree` codewords a block, 1 to kMaxDegree; built once, on first use, by
  // any thread.
  static const ReedSolomon& of_degree(int degree);

  explicit ReedSolomon(int degree);

  // Writes the error-correction codewords of `data`, `step` octets apart, beginning at `out`.
  void encode(std::span<const std::uint8_t> data, std::uint8_t* out, std::size_t step) const;

 private:
  // A polynomial of up to 32 coefficients; that of the highest power is the low octet of word 0.
  using Polynomial = std::array<std::uint64_t, 4>;
  int degree_;
  std::array<Polynomial, 256> multiples_{};
};

}  // namespace muster::enrollment::qr
