#include "base/timestamp.h"

#include <array>
#include <ctime>

#include "base/clock.h"

namespace muster::base {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;
constexpr std::size_t kMaxFraction = 7;                     // digits of a fraction in ticks
constexpr std::int64_t kUnixEpochSeconds = 62'135'596'800;  // 0001-01-01 to 1970-01-01
constexpr std::int64_t kMaxSeconds = 315'537'897'599;       // 9999-12-31T23:59:59

// Days from 0001-01-01 of a date of the proleptic Gregorian calendar.
std::int64_t days_before(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  const sys_days then = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
  return then.time_since_epoch().count() + kUnixEpochSeconds / 86'400;
}

// Reads digits and separators from the front of a text; any mismatch makes it bad for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return bad_ = true, 0;
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool skip(char expected) {
    if (rest_.empty() || rest_[0] != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(char expected) { bad_ = !skip(expected) || bad_; }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_[0]; }
  void fail() { bad_ = true; }
  [[nodiscard]] bool bad() const { return bad_; }
  [[nodiscard]] bool finished() const { return rest_.empty() && !bad_; }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

// Text of a bounded size, put together without looking after its room at each step.
class Writer {
 public:
  void digits(std::int64_t value, std::size_t width) {
    for (std::size_t i = width; i > 0; --i) {
      text_[size_ + i - 1] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    size_ += width;
  }
  void put(char c) { text_[size_++] = c; }
  void drop(std::size_t count) { size_ -= count; }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 40> text_;  // 9999-12-31T23:59:59.9999999+14:00 has 33
  std::size_t size_ = 0;
};

struct Fraction {
  std::int64_t ticks = 0;
  std::uint8_t digits = 0;
};

Fraction read_fraction(Reader& in) {
  Fraction fraction;
  std::int64_t unit = kTicksPerSecond / 10;
  int count = 0;
  while (in.peek() >= '0' && in.peek() <= '9') {
    if (++count > 12) in.fail();
    const int digit = in.digits(1);
    if (count > 7) continue;  // below the resolution of the type
    fraction.ticks += digit * unit;
    unit /= 10;
    ++fraction.digits;
  }
  if (count == 0) in.fail();
  return fraction;
}

}  // namespace

Timestamp Timestamp::from_ticks(std::int64_t ticks) {
  Timestamp result;
  result.ticks_ = ticks;
  std::int64_t fraction = ticks % kTicksPerSecond;
  if (fraction != 0) {
    result.fraction_digits_ = 7;
    for (; fraction % 10 == 0; fraction /= 10) --result.fraction_digits_;
  }
  return result;
}

Timestamp Timestamp::from_unix_seconds(std::int64_t seconds) {
  return from_ticks((seconds + kUnixEpochSeconds) * kTicksPerSecond);
}

std::optional<Timestamp> Timestamp::parse(std::string_view text) {
  Reader in(text);
  Timestamp result;
  const int year = in.digits(4);
  in.need('-');
  const auto month = static_cast<unsigned>(in.digits(2));
  in.need('-');
  const auto day = static_cast<unsigned>(in.digits(2));
  if (!in.skip('T')) in.need('t');
  const int hour = in.digits(2);
  in.need(':');
  const int minute = in.digits(2);
  int second = 0;
  Fraction fraction;
  result.has_seconds_ = in.skip(':');
  if (result.has_seconds_) {
    second = in.digits(2);
    if (in.skip('.')) fraction = read_fraction(in);
  }
  result.fraction_digits_ = fraction.digits;
  result.zulu_ = in.skip('Z') || in.skip('z');
  if (!result.zulu_) {
    const bool negative = in.peek() == '-';
    if (!in.skip('+')) in.need('-');
    const int offset_hour = in.digits(2);
    in.need(':');
    const int offset_minute = in.digits(2);
    if (offset_hour > 14 || offset_minute > 59) in.fail();
    const int offset = offset_hour * 60 + offset_minute;
    result.offset_minutes_ = static_cast<std::int16_t>(negative ? -offset : offset);
  }
  if (!in.finished() || year < 1 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;

  const std::int64_t seconds = days_before(year, month, day) * 86'400 + hour * 3'600 + minute * 60 +
                               second - result.offset_minutes_ * 60;
  if (seconds < 0 || seconds > kMaxSeconds) return std::nullopt;
  result.ticks_ = seconds * kTicksPerSecond + fraction.ticks;
  return result;
}

std::int32_t Timestamp::form() const {
  return (offset_minutes_ + 1024) | fraction_digits_ << 11 | (zulu_ ? 1 << 14 : 0) |
         (has_seconds_ ? 1 << 15 : 0);
}

Timestamp Timestamp::from_parts(std::int64_t ticks, std::int32_t form) {
  Timestamp result = from_ticks(ticks);
  const int offset = (form & 0x7FF) - 1024;
  const int digits = form >> 11 & 7;
  if (form < 0 || form >= 1 << 16 || offset < -899 || offset > 899) return result;
  result.offset_minutes_ = static_cast<std::int16_t>(offset);
  result.fraction_digits_ = static_cast<std::uint8_t>(digits);
  result.zulu_ = (form & 1 << 14) != 0;
  result.has_seconds_ = (form & 1 << 15) != 0;
  return result;
}

std::int64_t Timestamp::unix_seconds() const {
  return ticks_ / kTicksPerSecond - kUnixEpochSeconds;
}

Timestamp Timestamp::plus(std::chrono::seconds by) const {
  const std::int64_t limit = kMaxSeconds * kTicksPerSecond;
  const std::int64_t room = (limit - ticks_) / kTicksPerSecond;
  return from_ticks(by.count() > room ? limit : ticks_ + by.count() * kTicksPerSecond);
}

std::string Timestamp::text() const {
  std::string out;
  append_to(out);
  return out;
}

void Timestamp::append_to(std::string& out) const {
  const std::int64_t local = ticks_ / kTicksPerSecond + offset_minutes_ * 60;
  const std::int64_t second_of_day = local % 86'400;
  const std::chrono::sys_days day{std::chrono::days{local / 86'400 - kUnixEpochSeconds / 86'400}};
  const std::chrono::year_month_day date{day};
  Writer text;
  text.digits(static_cast<int>(date.year()), 4);
  text.put('-');
  text.digits(static_cast<unsigned>(date.month()), 2);
  text.put('-');
  text.digits(static_cast<unsigned>(date.day()), 2);
  text.put('T');
  text.digits(second_of_day / 3'600, 2);
  text.put(':');
  text.digits(second_of_day / 60 % 60, 2);
  if (has_seconds_) {
    text.put(':');
    text.digits(second_of_day % 60, 2);
  }
  if (fraction_digits_ > 0) {
    text.put('.');
    text.digits(ticks_ % kTicksPerSecond, kMaxFraction);
    text.drop(kMaxFraction - fraction_digits_);
  }
  if (zulu_) {
    text.put('Z');
  } else {
    const int offset = offset_minutes_ < 0 ? -offset_minutes_ : offset_minutes_;
    text.put(offset_minutes_ < 0 ? '-' : '+');
    text.digits(offset / 60, 2);
    text.put(':');
    text.digits(offset % 60, 2);
  }
  out += text.text();
}

Timestamp SystemClock::now() const {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return Timestamp::from_ticks((now.tv_sec + kUnixEpochSeconds) * kTicksPerSecond +
                               now.tv_nsec / 100);
}

}  // namespace muster::base
