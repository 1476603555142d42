// Durations and sizes as people write them in flags, environment and file, and back.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::app {

// One or more of number and unit, falling: "90d", "1h30m", "500ms"; units w, d, h, m, s, ms; "0"
// needs no unit. nullopt for anything else and beyond 200 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// In the largest unit of d, h, m, s, ms that divides it: "90d", "3599s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

// Octets: a number with B, KiB, MiB, GiB or nothing. nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::uint64_t octets);

// Decimal digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

// true/false, also yes/no, on/off and 1/0, for environment and flags; in any case.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

// The candidate nearest to a mistyped word, if at most a third of it (and at least two letters) had
// to be changed; case and `-` for `_` do not count. For "did you mean".
template <typename Range>
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, const Range& range);

// Letters to insert, delete, replace or swap with the next to make one word of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

template <typename Range>
std::optional<std::string_view> nearest(std::string_view word, const Range& range) {
  std::optional<std::string_view> best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : range) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

}  // namespace muster::app
