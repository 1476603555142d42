#include "enrollment/qr_penalty.h"

#include <cstdlib>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "enrollment/qr_tables.h"

namespace muster::enrollment::qr {
namespace {

struct Run {
  bool dark;
  int length;
};

// Runs of one row, from light to light.
std::vector<Run> runs(const BitMatrix& matrix, int y) {
  std::vector<Run> result = {{false, 0}};
  for (int x = 0; x < matrix.size(); ++x) {
    if (matrix.get(x, y) != result.back().dark) result.push_back({matrix.get(x, y), 0});
    ++result.back().length;
  }
  if (result.back().dark) result.push_back({false, 0});
  return result;
}

int finders(const std::vector<Run>& row) {
  constexpr int kEndless = 1000;  // the quiet zone
  const auto length = [&](std::size_t i) {
    return row[i].length + (i == 0 || i + 1 == row.size() ? kEndless : 0);
  };
  int hits = 0;
  for (std::size_t i = 1; i + 5 < row.size(); i += 2) {
    const int n = row[i].length;
    const bool core = row[i + 1].length == n && row[i + 2].length == 3 * n &&
                      row[i + 3].length == n && row[i + 4].length == n;
    if (!core || length(i - 1) < n || length(i + 5) < n) continue;
    hits += (length(i - 1) >= 4 * n ? 1 : 0) + (length(i + 5) >= 4 * n ? 1 : 0);
  }
  return hits;
}

int line_penalty(const BitMatrix& matrix) {
  int sum = 0;
  for (int y = 0; y < matrix.size(); ++y) {
    const std::vector<Run> row = runs(matrix, y);
    for (const Run& run : row) sum += run.length >= 5 ? run.length - 2 : 0;
    sum += 40 * finders(row);
  }
  return sum;
}

// The rules word for word, module by module.
int plain_penalty(const BitMatrix& matrix) {
  int sum = line_penalty(matrix) + line_penalty(transposed(matrix));
  int dark = 0;
  for (int y = 0; y < matrix.size(); ++y) {
    for (int x = 0; x < matrix.size(); ++x) {
      const bool colour = matrix.get(x, y);
      dark += colour ? 1 : 0;
      if (x + 1 == matrix.size() || y + 1 == matrix.size()) continue;
      const bool square = matrix.get(x + 1, y) == colour && matrix.get(x, y + 1) == colour &&
                          matrix.get(x + 1, y + 1) == colour;
      sum += square ? 3 : 0;
    }
  }
  const int total = matrix.size() * matrix.size();
  int steps = 0;
  while (20 * dark < (9 - steps) * total || 20 * dark > (11 + steps) * total) ++steps;
  return sum + 10 * steps;
}

void expect_same(const BitMatrix& matrix) {
  EXPECT_EQ(penalty(matrix, transposed(matrix)), plain_penalty(matrix)) << "size " << matrix.size();
}

TEST(QrPenalty, AllLightAndAllDark) {
  for (const int size : {21, 61, 65, 125, 129, 177}) {
    BitMatrix matrix(size);
    expect_same(matrix);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) matrix.set(x, y, true);
    }
    expect_same(matrix);
  }
}

TEST(QrPenalty, Noise) {
  std::mt19937 random(1);
  for (int size = 21; size <= kMaxSize; size += 4) {
    for (const unsigned darkness : {20U, 50U, 80U}) {
      BitMatrix matrix(size);
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) matrix.set(x, y, random() % 100 < darkness);
      }
      expect_same(matrix);
    }
  }
}

// Rows made of finder-like patterns of every scale, some spoilt by one module.
TEST(QrPenalty, FinderPatternsOfEveryScale) {
  std::mt19937 random(2);
  for (int size = 21; size <= kMaxSize; size += 4) {
    BitMatrix matrix(size);
    for (int y = 0; y < size; ++y) {
      const int unit = 1 + static_cast<int>(random() % static_cast<unsigned>(size / 7));
      int x = static_cast<int>(random() % 6);
      bool dark = true;
      for (const int part : {1, 1, 3, 1, 1, 4, 1, 1, 3, 1, 1, 1}) {
        const int length = part * unit + (random() % 40 == 0 ? 1 : 0);
        for (int i = 0; i < length && x < size; ++i, ++x) matrix.set(x, y, dark);
        dark = !dark;
      }
    }
    expect_same(matrix);
    expect_same(transposed(matrix));
  }
}

// One lone pattern per scale, at every place of a row, so that both borders come into play.
TEST(QrPenalty, OneFinderPatternAtEveryPlace) {
  constexpr int kSize = 61;
  for (int unit = 1; 7 * unit <= kSize; ++unit) {
    for (int begin = 0; begin + 7 * unit <= kSize; ++begin) {
      BitMatrix matrix(kSize);
      for (int i = 0; i < 7 * unit; ++i) {
        const int part = i / unit;
        matrix.set(begin + i, 30, part != 1 && part != 5);
      }
      expect_same(matrix);
    }
  }
}

TEST(QrMatrix, TranspositionSwapsCoordinates) {
  std::mt19937 random(3);
  for (const int size : {21, 64, 65, 128, 129, 177}) {
    BitMatrix matrix(size);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) matrix.set(x, y, random() % 2 == 0);
    }
    const BitMatrix turned = transposed(matrix);
    int wrong = 0;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) wrong += turned.get(y, x) == matrix.get(x, y) ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0) << size;
  }
}

}  // namespace
}  // namespace muster::enrollment::qr
