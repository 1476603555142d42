// Rows of a symbol as values that are combined all modules at once, and the counting of their dark
// modules. Internal to the encoder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "enrollment/qr_matrix.h"

namespace muster::enrollment::qr {

// One row: N lanes of 128 modules.
template <std::size_t N>
struct Line {
  std::array<Lanes, N> part;

  friend Line operator&(Line a, const Line& b) {
    for (std::size_t i = 0; i < N; ++i) a.part[i] &= b.part[i];
    return a;
  }
  friend Line operator|(Line a, const Line& b) {
    for (std::size_t i = 0; i < N; ++i) a.part[i] |= b.part[i];
    return a;
  }
  friend Line operator^(Line a, const Line& b) {
    for (std::size_t i = 0; i < N; ++i) a.part[i] ^= b.part[i];
    return a;
  }
  friend Line operator~(Line a) {
    for (std::size_t i = 0; i < N; ++i) a.part[i] = ~a.part[i];
    return a;
  }
  [[nodiscard]] bool any() const {
    std::uint64_t all = 0;
    for (const Lanes& lanes : part) all |= lanes[0] | lanes[1];
    return all != 0;
  }
};

// Each module takes the place of its left neighbour.
template <std::size_t N>
Line<N> shifted(const Line<N>& line) {
  Line<N> result;
  for (std::size_t i = 0; i < N; ++i) {
    const std::uint64_t beyond = i + 1 < N ? line.part[(i + 1) % N][0] : 0;
    const Lanes next = {line.part[i][1], beyond};
    result.part[i] = (line.part[i] >> 1) | (next << 63);
  }
  return result;
}

template <std::size_t N>
Line<N> first_modules(int count) {
  std::array<std::uint64_t, 2 * N> words{};
  for (std::uint64_t& word : words) {
    if (count > 0) word = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    count -= 64;
  }
  Line<N> line;
  for (std::size_t i = 0; i < N; ++i) line.part[i] = load(words.data() + 2 * i);
  return line;
}

inline int popcount(Lanes v) {
  v -= (v >> 1) & 0x5555555555555555U;
  v = (v & 0x3333333333333333U) + ((v >> 2) & 0x3333333333333333U);
  v = (v + (v >> 4)) & 0x0F0F0F0F0F0F0F0FU;
  return static_cast<int>(((v[0] + v[1]) * 0x0101010101010101U) >> 56);
}

template <std::size_t N>
int popcount(const Line<N>& line) {
  int sum = 0;
  for (const Lanes& lanes : line.part) sum += popcount(lanes);
  return sum;
}

// Adds a and b to `sum` bit by bit; returns the carries.
template <std::size_t N>
Line<N> add(Line<N>& sum, const Line<N>& a, const Line<N>& b) {
  const Line<N> half = sum ^ a;
  const Line<N> carry = (sum & a) | (half & b);
  sum = half ^ b;
  return carry;
}

// Set bits of all lines by carry-save addition (Harley and Seal): eight lines cost seven adders and
// one popcount.
template <std::size_t N>
int popcount(const Line<N>* lines, std::size_t count) {
  Line<N> ones{};
  Line<N> twos{};
  Line<N> fours{};
  int eights = 0;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const Line<N>* l = lines + i;
    const Line<N> twos_a = add(ones, l[0], l[1]);
    const Line<N> twos_b = add(ones, l[2], l[3]);
    const Line<N> fours_a = add(twos, twos_a, twos_b);
    const Line<N> twos_c = add(ones, l[4], l[5]);
    const Line<N> twos_d = add(ones, l[6], l[7]);
    const Line<N> fours_b = add(twos, twos_c, twos_d);
    eights += popcount(add(fours, fours_a, fours_b));
  }
  int sum = 8 * eights + 4 * popcount(fours) + 2 * popcount(twos) + popcount(ones);
  for (; i < count; ++i) sum += popcount(lines[i]);
  return sum;
}

}  // namespace muster::enrollment::qr
