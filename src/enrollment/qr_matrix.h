// A square of modules as bits, one row after another, in lanes of 128 bits: the form in which masks
// are laid over a symbol and its penalty is counted, a whole row at a time. Internal to the
// encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace muster::enrollment::qr {

// 128 modules of one row; element 0 holds the first 64, bit 0 the first of them.
using Lanes = std::uint64_t __attribute__((vector_size(16)));

class BitMatrix {
 public:
  BitMatrix() = default;
  // All light. Precondition: 0 < size <= 256.
  explicit BitMatrix(int size) : size_(size), words_(static_cast<std::size_t>(size) * stride()) {}

  [[nodiscard]] int size() const { return size_; }
  // 64-bit words in a row: two up to 128 modules, else four. Bits beyond the size are zero.
  [[nodiscard]] std::size_t stride() const { return size_ <= 128 ? 2 : 4; }

  [[nodiscard]] const std::uint64_t* row(int y) const {
    return words_.data() + static_cast<std::size_t>(y) * stride();
  }
  [[nodiscard]] std::uint64_t* row(int y) {
    return words_.data() + static_cast<std::size_t>(y) * stride();
  }

  [[nodiscard]] bool get(int x, int y) const {
    return ((row(y)[static_cast<std::size_t>(x) / 64] >> (x & 63)) & 1U) != 0;
  }
  void set(int x, int y, bool dark) {
    const std::uint64_t bit = std::uint64_t{1} << (x & 63);
    std::uint64_t& word = row(y)[static_cast<std::size_t>(x) / 64];
    word = dark ? word | bit : word & ~bit;
  }

 private:
  int size_ = 0;
  std::vector<std::uint64_t> words_;
};

// Columns become rows: result.get(x, y) == matrix.get(y, x).
[[nodiscard]] BitMatrix transposed(const BitMatrix& matrix);

inline Lanes load(const std::uint64_t* words) {
  Lanes lanes;
  std::memcpy(&lanes, words, sizeof lanes);
  return lanes;
}
inline void store(std::uint64_t* words, Lanes lanes) {
  std::memcpy(words, &lanes, sizeof lanes);
}

}  // namespace muster::enrollment::qr
