#include <array>
#include <chrono>

#include "app/poster.h"

namespace muster::app {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string counted(std::int64_t count, const std::string& unit) {
  return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
}

}  // namespace

std::string date_in_words(base::Timestamp at) {
  using std::chrono::days;
  const std::chrono::sys_seconds second{std::chrono::seconds(at.unix_seconds())};
  const auto day = std::chrono::floor<days>(second);
  const std::chrono::year_month_day date(day);
  const auto minute = std::chrono::floor<std::chrono::minutes>(second - day).count();
  return std::string(kWeekdays[std::chrono::weekday(day).c_encoding()]) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + " " +
         std::to_string(static_cast<int>(date.year())) + ", " + two_digits(minute / 60) + ":" +
         two_digits(minute % 60) + " UTC";
}

std::string time_in_words(base::Timestamp from, base::Timestamp to) {
  const std::int64_t seconds = to.unix_seconds() - from.unix_seconds();
  constexpr std::int64_t kHour = 3'600;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds >= 2 * kDay) return counted((seconds + kDay / 2) / kDay, "day");
  if (seconds >= 2 * kHour) return counted((seconds + kHour / 2) / kHour, "hour");
  return counted((seconds + 30) / 60, "minute");
}

std::string in_groups_of_four(std::string_view text) {
  std::string out;
  int characters = 0;
  for (const char octet : text) {
    const bool begins_character = (octet & 0xC0) != 0x80;
    if (begins_character && characters++ != 0 && characters % 4 == 1) out += ' ';
    out += octet;
  }
  return out;
}

}  // namespace muster::app
