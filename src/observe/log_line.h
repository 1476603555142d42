// One event of the log as one line of JSON or text: names, typed fields and their rendering.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.h"
#include "base/timestamp.h"

namespace muster::observe {

enum class Level : std::uint8_t { kError, kWarning, kInfo, kDebug };
enum class Format : std::uint8_t { kJson, kText };

// "error", "warning", "info" or "debug".
[[nodiscard]] std::string_view name_of(Level level);

// The name of an event or field: a literal of lower-case letters, digits and `_`, checked when
// compiled, so that names need no escaping and never come from a client.
class Name {
 public:
  template <std::size_t N>
  consteval Name(const char (&text)[N]) : text_(text, N - 1) {  // NOLINT: implicit, for brevity
    for (const char c : text_) {
      const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      if (!fits) throw "a name holds a-z, 0-9 and _ only";
    }
  }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// A key and a value. Views the text it was made from: use it within the full expression.
class Field {
 public:
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(Name name, Value value) : name_(name), value_(value) {}

  [[nodiscard]] std::string_view name() const { return name_.text(); }
  // Appends the value as JSON does.
  void append_json(std::string& out) const;
  // Appends it bare, or quoted where a bare word could be read as something else.
  void append_text(std::string& out) const;

 private:
  Name name_;
  Value value_;
};

[[nodiscard]] inline Field field(Name name, std::string_view text) {
  return {name, text};
}
[[nodiscard]] inline Field field(Name name, const char* text) {
  return {name, std::string_view(text)};
}
[[nodiscard]] inline Field field(Name name, const std::string& text) {
  return {name, std::string_view(text)};
}
[[nodiscard]] inline Field field(Name name, double value) {
  return {name, value};
}
template <std::integral T>
[[nodiscard]] Field field(Name name, T value) {
  if constexpr (std::same_as<T, bool>) {
    return {name, value};
  } else if constexpr (std::signed_integral<T>) {
    return {name, static_cast<std::int64_t>(value)};
  } else {
    return {name, static_cast<std::uint64_t>(value)};
  }
}
// What must not be printed does not compile.
Field field(Name name, const base::Secret& secret) = delete;

// The head of a line. Not thread-safe: it keeps the rendering of the last second.
class Stamp {
 public:
  // Appends `now` in UTC with microseconds: 2026-01-31T12:00:00.000000Z.
  void append(std::string& out, base::Timestamp now);

 private:
  std::int64_t second_ = -1;
  std::string prefix_;
};

// Appends one line, its line feed included.
void append_line(std::string& out, Format format, Stamp& stamp, base::Timestamp now, Level level,
                 Name event, std::span<const Field> fields);

}  // namespace muster::observe
