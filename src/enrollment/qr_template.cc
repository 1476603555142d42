#include "enrollment/qr_template.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "enrollment/qr_tables.h"

namespace muster::enrollment::qr {
namespace {

// Draws patterns and takes their modules out of the data area.
class Painter {
 public:
  explicit Painter(int version) : size_(size_of(version)), patterns_(size_), area_(size_) {
    for (int y = 0; y < size_; ++y) {
      for (int x = 0; x < size_; ++x) area_.set(x, y, true);
    }
    timing();
    finder(3, 3);
    finder(size_ - 4, 3);
    finder(3, size_ - 4);
    alignment(alignment_positions(version));
    reserve_format();
    if (version >= 7) version_information(version_bits(version));
  }

  Template take(int version) && {
    Template result;
    result.places = places(static_cast<std::size_t>(total_codewords(version)) * 8);
    result.patterns = std::move(patterns_);
    result.area = std::move(area_);
    return result;
  }

 private:
  void put(int x, int y, bool dark) {
    patterns_.set(x, y, dark);
    area_.set(x, y, false);
  }

  void timing() {
    for (int i = 0; i < size_; ++i) {
      put(6, i, i % 2 == 0);
      put(i, 6, i % 2 == 0);
    }
  }

  // With its separator, as far as that lies within the symbol.
  void finder(int centre_x, int centre_y) {
    for (int y = std::max(0, centre_y - 4); y <= std::min(size_ - 1, centre_y + 4); ++y) {
      for (int x = std::max(0, centre_x - 4); x <= std::min(size_ - 1, centre_x + 4); ++x) {
        const int ring = std::max(std::abs(x - centre_x), std::abs(y - centre_y));
        put(x, y, ring != 2 && ring != 4);
      }
    }
  }

  void alignment(const std::vector<int>& positions) {
    for (const int centre_y : positions) {
      for (const int centre_x : positions) {
        if (!in_finder(centre_x, centre_y)) alignment_at(centre_x, centre_y);
      }
    }
  }
  [[nodiscard]] bool in_finder(int x, int y) const {
    const bool left = x == 6;
    const bool top = y == 6;
    return (left && top) || (left && y == size_ - 7) || (top && x == size_ - 7);
  }
  void alignment_at(int centre_x, int centre_y) {
    for (int dy = -2; dy <= 2; ++dy) {
      for (int dx = -2; dx <= 2; ++dx) {
        put(centre_x + dx, centre_y + dy, std::max(std::abs(dx), std::abs(dy)) != 1);
      }
    }
  }

  // Both copies of the format information and the one module that is always dark (§7.9.1).
  void reserve_format() {
    for (int i = 0; i < 9; ++i) {
      area_.set(8, i, false);
      area_.set(i, 8, false);
    }
    for (int i = size_ - 8; i < size_; ++i) {
      area_.set(8, i, false);
      area_.set(i, 8, false);
    }
  }

  void version_information(std::uint32_t bits) {
    for (int i = 0; i < 18; ++i) {
      const bool dark = ((bits >> i) & 1U) != 0;
      put(size_ - 11 + i % 3, i / 3, dark);
      put(i / 3, size_ - 11 + i % 3, dark);
    }
  }

  // Pairs of columns from the right, alternately up and down, stepping over the vertical timing
  // pattern (§7.7.3).
  [[nodiscard]] std::vector<std::uint16_t> places(std::size_t bits) const {
    std::vector<std::uint16_t> result;
    result.reserve(bits + 8);
    bool upward = true;
    for (int right = size_ - 1; right > 0; right -= 2, upward = !upward) {
      if (right == 6) right = 5;
      for (int step = 0; step < size_; ++step) {
        const int y = upward ? size_ - 1 - step : step;
        for (const int x : {right, right - 1}) {
          if (!area_.get(x, y)) continue;
          const std::size_t place = static_cast<std::size_t>(y) * 64 * area_.stride();
          result.push_back(static_cast<std::uint16_t>(place + static_cast<std::size_t>(x)));
        }
      }
    }
    result.resize(bits);
    return result;
  }

  int size_;
  BitMatrix patterns_;
  BitMatrix area_;
};

}  // namespace

const Template& template_of(int version) {
  static std::array<std::once_flag, kMaxVersion + 1> once;
  static std::array<std::unique_ptr<const Template>, kMaxVersion + 1> templates;
  const auto index = static_cast<std::size_t>(version);
  std::call_once(once[index], [&] {
    templates[index] = std::make_unique<const Template>(Painter(version).take(version));
  });
  return *templates[index];
}

}  // namespace muster::enrollment::qr
