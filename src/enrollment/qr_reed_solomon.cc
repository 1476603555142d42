#include "enrollment/qr_reed_solomon.h"

#include <memory>
#include <mutex>
#include <vector>

namespace muster::enrollment::qr {
namespace {

// Product in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1 (§7.5.2).
std::uint8_t product(std::uint8_t a, std::uint8_t b) {
  unsigned result = 0;
  for (int bit = 7; bit >= 0; --bit) {
    result = (result << 1) ^ ((result >> 7) * 0x11DU);
    if (((b >> bit) & 1) != 0) result ^= a;
  }
  return static_cast<std::uint8_t>(result);
}

// Coefficients of (x - 2^0)(x - 2^1)...(x - 2^(degree-1)) from the highest power down; the leading
// one is left out.
std::vector<std::uint8_t> generator(int degree) {
  std::vector<std::uint8_t> coefficients(static_cast<std::size_t>(degree));
  coefficients.back() = 1;
  std::uint8_t root = 1;
  for (int i = 0; i < degree; ++i) {
    for (std::size_t j = 0; j < coefficients.size(); ++j) {
      const std::uint8_t next = j + 1 < coefficients.size() ? coefficients[j + 1] : std::uint8_t{0};
      coefficients[j] = static_cast<std::uint8_t>(product(coefficients[j], root) ^ next);
    }
    root = product(root, 2);
  }
  return coefficients;
}

}  // namespace

ReedSolomon::ReedSolomon(int degree) : degree_(degree) {
  const std::vector<std::uint8_t> coefficients = generator(degree);
  for (std::size_t factor = 0; factor < multiples_.size(); ++factor) {
    for (std::size_t i = 0; i < coefficients.size(); ++i) {
      const std::uint64_t term = product(coefficients[i], static_cast<std::uint8_t>(factor));
      multiples_[factor][i / 8] |= term << (8 * (i % 8));
    }
  }
}

const ReedSolomon& ReedSolomon::of_degree(int degree) {
  static std::array<std::once_flag, kMaxDegree + 1> once;
  static std::array<std::unique_ptr<const ReedSolomon>, kMaxDegree + 1> coders;
  const auto index = static_cast<std::size_t>(degree);
  std::call_once(once[index], [&] { coders[index] = std::make_unique<const ReedSolomon>(degree); });
  return *coders[index];
}

void ReedSolomon::encode(std::span<const std::uint8_t> data, std::uint8_t* out,
                         std::size_t step) const {
  Polynomial remainder{};
  for (const std::uint8_t octet : data) {
    const Polynomial& multiple = multiples_[octet ^ (remainder[0] & 0xFF)];
    remainder[0] = ((remainder[0] >> 8) | (remainder[1] << 56)) ^ multiple[0];
    remainder[1] = ((remainder[1] >> 8) | (remainder[2] << 56)) ^ multiple[1];
    remainder[2] = ((remainder[2] >> 8) | (remainder[3] << 56)) ^ multiple[2];
    remainder[3] = (remainder[3] >> 8) ^ multiple[3];
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(degree_); ++i) {
    out[i * step] = static_cast<std::uint8_t>(remainder[i / 8] >> (8 * (i % 8)));
  }
}

}  // namespace muster::enrollment::qr
