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

// Numbers and bool; a text is written as the format asks for.
void append_scalar(std::string& out, const Field::Value& value) {
  const auto append_integer = [&out](const fmt::format_int& digits) {
    out.append(digits.data(), digits.size());
  };
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    append_integer(fmt::format_int(*whole));
  } else if (const auto* natural = std::get_if<std::uint64_t>(&value)) {
    append_integer(fmt::format_int(*natural));
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else if (const auto* real = std::get_if<double>(&value)) {
    // JSON has no word for what is not a number.
    if (std::isfinite(*real))
      fmt::format_to(std::back_inserter(out), "{}", *real);
    else
      out += "null";
  }
}

}  // namespace

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"error", "warning", "info", "debug"};
  return kNames[static_cast<std::size_t>(level)];
}

void Field::append_json(std::string& out) const {
  if (const auto* text = std::get_if<std::string_view>(&value_))
    append_quoted(out, *text);
  else
    append_scalar(out, value_);
}

void Field::append_text(std::string& out) const {
  const auto* text = std::get_if<std::string_view>(&value_);
  if (text == nullptr)
    append_scalar(out, value_);
  else if (text->size() <= kLongestValue && is_bare(*text))
    out += *text;
  else
    append_quoted(out, *text);
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
