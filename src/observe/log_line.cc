#include "observe/log_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "observe/escape.h"

namespace muster::observe {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;

bool is_bare(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '=';
  });
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

template <typename T>
void append_number(std::string& out, T value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_integer(std::string& out, const fmt::format_int& digits) {
  out.append(digits.data(), digits.size());
}

}  // namespace

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"error", "warning", "info", "debug"};
  return kNames[static_cast<std::size_t>(level)];
}

void Field::append_scalar(std::string& out) const {
  switch (kind_) {
    case Kind::kSigned:
      append_integer(out, fmt::format_int(signed_));
      return;
    case Kind::kUnsigned:
      append_integer(out, fmt::format_int(unsigned_));
      return;
    case Kind::kBool:
      out += bool_ ? "true" : "false";
      return;
    case Kind::kReal:
      // JSON has no word for what is not a number.
      if (std::isfinite(real_))
        append_number(out, real_);
      else
        out += "null";
      return;
    case Kind::kText:
      return;
  }
}

void Field::append_json(std::string& out) const {
  if (kind_ == Kind::kText)
    append_quoted(out, text_);
  else
    append_scalar(out);
}

void Field::append_text(std::string& out) const {
  if (kind_ != Kind::kText)
    append_scalar(out);
  else if (text_.size() <= kLongestValue && is_bare(text_))
    out += text_;
  else
    append_quoted(out, text_);
}

void Stamp::append(std::string& out, base::Timestamp now) {
  const std::int64_t second = now.ticks() / kTicksPerSecond;
  if (second != second_) {
    prefix_ = base::Timestamp::from_ticks(second * kTicksPerSecond).text();
    prefix_.back() = '.';  // was `Z`
    second_ = second;
  }
  out += prefix_;
  std::array<char, 7> fraction = {'0', '0', '0', '0', '0', '0', 'Z'};
  auto micros = static_cast<std::uint64_t>(now.ticks() % kTicksPerSecond) / 10;
  for (std::size_t i = 6; i-- > 0; micros /= 10) fraction[i] = static_cast<char>('0' + micros % 10);
  out.append(fraction.data(), fraction.size());
}

void append_line(std::string& out, Format format, Stamp& stamp, base::Timestamp now, Level level,
                 Name event, std::span<const Field> fields) {
  if (format == Format::kJson) {
    out += R"({"time":")";
    stamp.append(out, now);
    out.append(R"(","level":")").append(name_of(level)).append(R"(","event":")");
    out.append(event.text()) += '"';
    for (const Field& field : fields) {
      out.append(",\"").append(field.name()).append("\":");
      field.append_json(out);
    }
    out += "}\n";
    return;
  }
  stamp.append(out, now);
  out.append(1, ' ').append(name_of(level)).append(1, ' ').append(event.text());
  for (const Field& field : fields) {
    out.append(1, ' ').append(field.name()).append(1, '=');
    field.append_text(out);
  }
  out += '\n';
}

}  // namespace muster::observe
