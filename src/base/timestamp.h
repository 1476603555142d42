// Edm.DateTimeOffset: an instant of 100 ns resolution that remembers how it was written.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::base {

// The instant counts; the written form (offset, number of fraction digits, `Z`) is kept so that a
// value sent by a client is returned as it was sent. Comparison is by instant alone (OData 4.01
// URL Conventions §5.1.1.1.1). Range: years 0001 to 9999, as in Graph.
class Timestamp {
 public:
  // 0001-01-01T00:00:00Z, Graph's "no date".
  constexpr Timestamp() = default;

  // 100 ns ticks since 0001-01-01T00:00:00Z (the .NET count). Written in UTC with `Z` and trailing
  // zeros of the fraction trimmed, as server-made dates are.
  [[nodiscard]] static Timestamp from_ticks(std::int64_t ticks);
  [[nodiscard]] static Timestamp from_unix_seconds(std::int64_t seconds);

  // dateTimeOffsetValue of the OData ABNF: 0 to 12 fraction digits are accepted, of which the first
  // seven count and are kept; seconds may be absent; `t` and `z` in either case. nullopt if the
  // text is anything else or not a date of the calendar.
  [[nodiscard]] static std::optional<Timestamp> parse(std::string_view text);

  // Rebuilds a value from ticks() and form(); a form that no value has gives the UTC form.
  [[nodiscard]] static Timestamp from_parts(std::int64_t ticks, std::int32_t form);

  [[nodiscard]] std::int64_t ticks() const { return ticks_; }
  // The written form in one number, to be stored beside ticks().
  [[nodiscard]] std::int32_t form() const;
  [[nodiscard]] std::int64_t unix_seconds() const;
  [[nodiscard]] bool is_none() const { return ticks_ == 0; }

  [[nodiscard]] Timestamp plus(std::chrono::seconds by) const;

  [[nodiscard]] std::string text() const;
  void append_to(std::string& out) const;

  friend bool operator==(const Timestamp& a, const Timestamp& b) { return a.ticks_ == b.ticks_; }
  friend auto operator<=>(const Timestamp& a, const Timestamp& b) { return a.ticks_ <=> b.ticks_; }

 private:
  std::int64_t ticks_ = 0;
  std::int16_t offset_minutes_ = 0;
  std::uint8_t fraction_digits_ = 0;
  bool zulu_ = true;
  bool has_seconds_ = true;
};

}  // namespace muster::base
