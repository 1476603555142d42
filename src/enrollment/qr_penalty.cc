#include "enrollment/qr_penalty.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "enrollment/qr_lines.h"
#include "enrollment/qr_tables.h"

namespace muster::enrollment::qr {
namespace {

constexpr int kN1 = 3;
constexpr int kN2 = 3;
constexpr int kN3 = 40;
constexpr int kN4 = 10;

// One row read module by module, light without end on both sides.
class Track {
 public:
  Track(const BitMatrix& matrix, int row) : words_(matrix.row(row)), size_(matrix.size()) {}

  // N3 hits of the pattern whose central dark run, of three units or more, begins at `begin`.
  [[nodiscard]] int hits(int begin) const {
    int end = begin;
    while (dark(end)) ++end;
    const int unit = (end - begin) / 3;
    if (unit * 3 != end - begin) return 0;
    if (!flank(begin - 1, -1, unit) || !flank(end, 1, unit)) return 0;
    const bool wide_before = light(begin - 2 * unit - 1, -1, 4 * unit);
    const bool wide_after = light(end + 2 * unit, 1, 4 * unit);
    return (wide_before ? 1 : 0) + (wide_after ? 1 : 0);
  }

 private:
  [[nodiscard]] bool dark(int i) const {
    return i >= 0 && i < size_ && ((words_[i / 64] >> (i & 63)) & 1U) != 0;
  }
  [[nodiscard]] bool light(int from, int step, int count) const {
    for (int i = 0; i < count; ++i) {
      if (dark(from + i * step)) return false;
    }
    return true;
  }
  // `unit` light, `unit` dark, at least `unit` light, going by `step`.
  [[nodiscard]] bool flank(int from, int step, int unit) const {
    if (!light(from, step, unit)) return false;
    for (int i = unit; i < 2 * unit; ++i) {
      if (!dark(from + i * step)) return false;
    }
    return light(from + 2 * unit * step, step, unit);
  }

  const std::uint64_t* words_;
  int size_;
};

// Counts along the columns of one matrix, all of them side by side: bit x of every line belongs to
// column x, so that a module's neighbours are the same bit of other lines.
template <std::size_t N>
class Scorer {
 public:
  // `across` is the transposition of `lines`: its rows are the columns that are scored.
  Scorer(const BitMatrix& lines, const BitMatrix& across)
      : across_(across), size_(static_cast<std::size_t>(lines.size())) {
    const std::size_t end = kMargin + size_;
    for (std::size_t i = 0; i < kMargin; ++i) rows_[i] = rows_[end + i] = {};
    for (std::size_t y = 0; y < size_; ++y) {
      const std::uint64_t* words = lines.row(static_cast<int>(y));
      for (std::size_t i = 0; i < N; ++i) rows_[kMargin + y].part[i] = load(words + 2 * i);
    }
    for (std::size_t i = 0; i + 1 < end + kMargin; ++i) {
      dark2_[i] = rows_[i] & rows_[i + 1];
      light2_[i] = ~(rows_[i] | rows_[i + 1]);
    }
  }

  // N1 and N3.
  [[nodiscard]] int runs_and_finders() const {
    const Line<N> inside = first_modules<N>(across_.size());
    std::array<Line<N>, qr::kMaxSize> fives;   // a run of five equal modules begins here
    std::array<Line<N>, qr::kMaxSize> starts;  // and none began one line above
    const std::size_t count = size_ - 4;
    Line<N> above{};
    int hits = 0;
    for (std::size_t y = 0; y < count; ++y) {
      const std::size_t i = kMargin + y;
      const Line<N> dark5 = dark2_[i] & dark2_[i + 2] & rows_[i + 4];
      const Line<N> light5 = light2_[i] & light2_[i + 2] & ~rows_[i + 4];
      fives[y] = (dark5 | light5) & inside;
      starts[y] = fives[y] & ~above;
      above = fives[y];
      hits += finders_at(i);
    }
    // A run of n costs kN1 + n - 5 and counts n - 4 fives and one start.
    return popcount(fives.data(), count) + (kN1 - 1) * popcount(starts.data(), count) + kN3 * hits;
  }

  [[nodiscard]] int squares() const {
    const Line<N> inside = first_modules<N>(across_.size() - 1);
    std::array<Line<N>, qr::kMaxSize> found;
    Line<N> next = shifted(rows_[kMargin]);
    for (std::size_t y = 0; y + 1 < size_; ++y) {
      const Line<N> right = next;
      next = shifted(rows_[kMargin + y + 1]);
      const Line<N> all_dark = dark2_[kMargin + y] & right & next;
      const Line<N> all_light = light2_[kMargin + y] & ~(right | next);
      found[y] = (all_dark | all_light) & inside;
    }
    return kN2 * popcount(found.data(), size_ - 1);
  }

  [[nodiscard]] int balance() const {
    const int total = across_.size() * across_.size();
    const int dark = popcount(rows_.data() + kMargin, size_);
    return kN4 * ((std::abs(20 * dark - 10 * total) + total - 1) / total - 1);
  }

 private:
  // Light lines above and below, as many as any look-ahead needs.
  static constexpr std::size_t kMargin = 16;

  [[nodiscard]] Line<N> light4(std::size_t i) const { return light2_[i] & light2_[i + 2]; }
  [[nodiscard]] Line<N> dark3(std::size_t i) const { return dark2_[i] & rows_[i + 2]; }

  // N3 hits: patterns of unit 1 that begin at line i in full. Greater units are rare: their likely
  // places are found here (unit 2 beginning at i, unit 3 and up with its centre beginning at i) and
  // examined one by one.
  [[nodiscard]] int finders_at(std::size_t i) const {
    const Line<N> lone = rows_[i] & ~(rows_[i - 1] | rows_[i + 1]);
    const Line<N> one = lone & dark3(i + 2) & rows_[i + 6] & ~(rows_[i + 5] | rows_[i + 7]);
    const Line<N> before = one & light4(i - 4);
    const Line<N> after = one & light4(i + 7);
    const Line<N> two =
        light2_[i - 2] & dark2_[i] & light2_[i + 2] & dark3(i + 4) & dark3(i + 7) & light2_[i + 10];
    const Line<N> more = light2_[i - 2] & ~rows_[i - 3] & dark3(i) & dark3(i + 3) & dark3(i + 6) &
                         (dark2_[i + 9] | light2_[i + 9]);
    if (!(before | after | two | more).any()) return 0;
    const int line = static_cast<int>(i - kMargin);
    return popcount(before) + popcount(after) + examine(two, line + 4) + examine(more, line);
  }

  [[nodiscard]] int examine(const Line<N>& candidates, int centre) const {
    int hits = 0;
    for (std::size_t i = 0; i < 2 * N; ++i) {
      for (std::uint64_t word = candidates.part[i / 2][i % 2]; word != 0; word &= word - 1) {
        const int column = static_cast<int>(64 * i) + std::countr_zero(word);
        hits += Track(across_, column).hits(centre);
      }
    }
    return hits;
  }

  const BitMatrix& across_;
  std::size_t size_;
  // Of each line; whether it and the next are both dark; both light. Left without values beyond the
  // lower margin, for this is made sixteen times a symbol.
  std::array<Line<N>, qr::kMaxSize + 2 * kMargin> rows_;
  std::array<Line<N>, qr::kMaxSize + 2 * kMargin> dark2_;
  std::array<Line<N>, qr::kMaxSize + 2 * kMargin> light2_;
};

template <std::size_t N>
int penalty_of(const BitMatrix& rows, const BitMatrix& columns) {
  const Scorer<N> along_columns(rows, columns);
  const Scorer<N> along_rows(columns, rows);
  return along_columns.runs_and_finders() + along_rows.runs_and_finders() +
         along_columns.squares() + along_columns.balance();
}

}  // namespace

int penalty(const BitMatrix& rows, const BitMatrix& columns) {
  return rows.stride() == 2 ? penalty_of<1>(rows, columns) : penalty_of<2>(rows, columns);
}

}  // namespace muster::enrollment::qr
