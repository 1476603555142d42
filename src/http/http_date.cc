#include "http/http_date.h"

#include <array>
#include <chrono>

namespace muster::http {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// -1 unless all of it is digits.
int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    value = value * 10 + (digit - '0');
  }
  return value;
}

unsigned month_of(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return i + 1;
  }
  return 0;
}

// Every character that is neither digit nor letter of a name.
bool is_punctuated(std::string_view text) {
  return text.size() == 29 && text.substr(3, 2) == ", " && text[7] == ' ' && text[11] == ' ' &&
         text[16] == ' ' && text[19] == ':' && text[22] == ':' && text.substr(25) == " GMT";
}

}  // namespace

std::optional<std::int64_t> parse_imf_fixdate(std::string_view text) {
  if (!is_punctuated(text)) return std::nullopt;
  const int day = number(text.substr(5, 2));
  const int year = number(text.substr(12, 4));
  const int hour = number(text.substr(17, 2));
  const int minute = number(text.substr(20, 2));
  const int second = number(text.substr(23, 2));
  if (day < 0 || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59)
    return std::nullopt;
  if (second < 0 || second > 60) return std::nullopt;  // 60: a leap second
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(month_of(text.substr(8, 3))),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_days days(date);
  if (kWeekdays[std::chrono::weekday(days).c_encoding()] != text.substr(0, 3)) return std::nullopt;
  return std::int64_t{days.time_since_epoch().count()} * 86'400 + hour * 3'600 + minute * 60 +
         second;
}

std::string imf_fixdate(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> rest;
  // Not %a and %b: those follow the locale.
  const std::size_t size = std::strftime(rest.data(), rest.size(), "%Y %H:%M:%S GMT", &parts);
  std::string text(kWeekdays[static_cast<std::size_t>(parts.tm_wday)]);
  text.append(parts.tm_mday < 10 ? ", 0" : ", ").append(std::to_string(parts.tm_mday));
  text.append(" ").append(kMonths[static_cast<std::size_t>(parts.tm_mon)]).append(" ");
  return text.append(rest.data(), size);
}

}  // namespace muster::http
