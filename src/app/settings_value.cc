#include "app/settings_value.h"

#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <vector>

#include "base/encoding.h"

namespace muster::app {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 6> kUnits = {{{"w", 7 * 86'400'000LL},
                                         {"d", 86'400'000},
                                         {"h", 3'600'000},
                                         {"m", 60'000},
                                         {"s", 1'000},
                                         {"ms", 1}}};
constexpr std::int64_t kLongest = 200LL * 365 * 86'400'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the leading digits off `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto number = parse_number(text.substr(0, digits));
  text.remove_prefix(digits);
  return number;
}

std::string_view take_unit(std::string_view& text) {
  std::size_t letters = 0;
  while (letters < text.size() && !is_digit(text[letters])) ++letters;
  const std::string_view unit = text.substr(0, letters);
  text.remove_prefix(letters);
  return unit;
}

char folded(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || !is_digit(text.front()) || error != std::errc() || stopped != end) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const std::string_view name = take_unit(text);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (!number || next_unit == kUnits.size()) return std::nullopt;
    const std::int64_t scale = kUnits[next_unit++].milliseconds;
    if (*number > static_cast<std::uint64_t>(kLongest / scale)) return std::nullopt;
    total += static_cast<std::int64_t>(*number) * scale;
    if (total > kLongest) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0";
  for (const Unit& unit : kUnits) {
    if (unit.name == "w" || count % unit.milliseconds != 0) continue;
    return std::to_string(count / unit.milliseconds).append(unit.name);
  }
  return std::to_string(count) + "ms";
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  unsigned shift = 0;
  if (text == "KiB") {
    shift = 10;
  } else if (text == "MiB") {
    shift = 20;
  } else if (text == "GiB") {
    shift = 30;
  } else if (!text.empty() && text != "B") {
    return std::nullopt;
  }
  if (*number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return *number << shift;
}

std::string format_size(std::uint64_t octets) {
  constexpr std::array<std::string_view, 4> kNames = {"B", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  while (unit + 1 < kNames.size() && octets != 0 && octets % 1024 == 0) {
    octets /= 1024;
    ++unit;
  }
  return std::to_string(octets).append(kNames[unit]);
}

std::optional<bool> parse_bool(std::string_view text) {
  const std::string lower = base::ascii_lower(text);
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "off" || lower == "0") return false;
  return std::nullopt;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cells((a.size() + 1) * width);
  const auto cell = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return cells[i * width + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) cell(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cell(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = folded(a[i - 1]);
      const char y = folded(b[j - 1]);
      std::size_t best = std::min(cell(i - 1, j), cell(i, j - 1)) + 1;
      best = std::min(best, cell(i - 1, j - 1) + (x == y ? 0 : 1));
      if (i > 1 && j > 1 && x == folded(b[j - 2]) && y == folded(a[i - 2])) {
        best = std::min(best, cell(i - 2, j - 2) + 1);
      }
      cell(i, j) = best;
    }
  }
  return cells.back();
}

}  // namespace muster::app
