#include "odata/syntax/literal.h"

#include <array>

namespace muster::odata::syntax {
namespace {

// Leaves the cursor where it was unless told that all went well.
class Attempt {
 public:
  explicit Attempt(Reader& in) : in_(in), begin_(in.at()) {}
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() {
    if (!kept_) in_.seek(begin_);
  }
  bool keep() { return kept_ = true; }

 private:
  Reader& in_;
  std::size_t begin_;
  bool kept_ = false;
};

// Exactly two digits, from 0 to `most`.
bool take_two_digits(Reader& in, int least, int most) {
  if (!is_digit(in.peek()) || !is_digit(in.peek(1))) return false;
  const int value = (in.peek() - '0') * 10 + in.peek(1) - '0';
  if (value < least || value > most) return false;
  in.skip(2);
  return true;
}

// Four digits, or more without a leading zero.
bool take_year(Reader& in) {
  in.take('-');
  const bool zero = in.peek() == '0';
  const std::size_t digits = in.take_digits();
  return zero ? digits == 4 : digits >= 4;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else {
    if (point < 0x10000) {
      put(0xE0 | point >> 12);
    } else {
      put(0xF0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3F));
    }
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

std::optional<std::uint32_t> take_four_hex_digits(Reader& in) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = in.peek();
    if (!is_hex_digit(c)) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    in.skip();
  }
  return value;
}

// After `\u`. Surrogates come in pairs (RFC 8259 §7).
bool take_unicode_escape(Reader& in, std::string& out) {
  std::optional<std::uint32_t> point = take_four_hex_digits(in);
  if (!point || (*point >= 0xDC00 && *point <= 0xDFFF)) return false;
  if (*point >= 0xD800 && *point <= 0xDBFF) {
    if (!in.take('\\') || !in.take('u')) return false;
    const std::optional<std::uint32_t> low = take_four_hex_digits(in);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
    point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
  }
  append_utf8(out, *point);
  return true;
}

bool take_json_escape(Reader& in, std::string& out) {
  const int c = in.peek();
  if (c == Reader::kEnd) return false;
  in.skip();
  if (c == 'u') return take_unicode_escape(in, out);
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t which = kLetters.find(static_cast<char>(c));
  if (which == std::string_view::npos) return false;
  out += kMeanings[which];
  return true;
}

}  // namespace

bool take_guid(Reader& in) {
  constexpr std::string_view kForm = "00000000-0000-0000-0000-000000000000";
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool fits = kForm[i] == '-' ? in.peek(i) == '-' : is_hex_digit(in.peek(i));
    if (!fits) return false;
  }
  in.skip(kForm.size());
  return true;
}

bool take_date(Reader& in) {
  Attempt attempt(in);
  if (!take_year(in) || !in.take('-') || !take_two_digits(in, 1, 12) || !in.take('-') ||
      !take_two_digits(in, 1, 31)) {
    return false;
  }
  return attempt.keep();
}

bool take_time_of_day(Reader& in) {
  Attempt attempt(in);
  if (!take_two_digits(in, 0, 23) || !in.take(':') || !take_two_digits(in, 0, 59)) return false;
  if (!in.take(':')) return attempt.keep();
  if (!take_two_digits(in, 0, 60)) return false;  // 60: a leap second
  if (!in.take('.')) return attempt.keep();
  const std::size_t digits = in.take_digits();
  return digits >= 1 && digits <= 12 && attempt.keep();
}

bool take_date_time_offset(Reader& in) {
  Attempt attempt(in);
  if (!take_date(in) || !in.take_word("T") || !take_time_of_day(in)) return false;
  if (in.take_word("Z")) return attempt.keep();
  return in.take_sign() && take_two_digits(in, 0, 23) && in.take(':') &&
         take_two_digits(in, 0, 59) && attempt.keep();
}

bool take_duration(Reader& in) {
  Attempt attempt(in);
  in.take('-');
  if (!in.take_word("P")) return false;
  if (in.take_digits() > 0 && !in.take_word("D")) return false;
  if (!in.take_word("T")) return attempt.keep();
  // Hours, minutes, seconds: each at most once and in this order.
  for (std::size_t done = 0; is_digit(in.peek());) {
    in.take_digits();
    const bool fraction = in.take('.');
    if (fraction && in.take_digits() == 0) return false;
    if (!fraction && done < 1 && in.take_word("H")) {
      done = 1;
    } else if (!fraction && done < 2 && in.take_word("M")) {
      done = 2;
    } else {
      return in.take_word("S") && attempt.keep();
    }
  }
  return attempt.keep();
}

bool take_binary(Reader& in) {
  Attempt attempt(in);
  const std::size_t begin = in.at();
  const auto is_base64 = [](int c) { return is_unreserved(c) && c != '.' && c != '~'; };
  while (is_base64(in.peek())) in.skip();
  const std::string_view digits = in.since(begin);
  const auto ends_in = [digits](std::string_view set) {
    return set.find(digits.back()) != std::string_view::npos;
  };
  // The bits that are left over must be zero.
  switch (digits.size() % 4) {
    case 0:
      return attempt.keep();
    case 2:
      if (!ends_in("AQgw")) return false;
      in.take_text("==");
      return attempt.keep();
    case 3:
      if (!ends_in("AEIMQUYcgkosw048")) return false;
      in.take_text("=");
      return attempt.keep();
    default:
      return false;
  }
}

bool take_integer(Reader& in, std::size_t most_digits) {
  Attempt attempt(in);
  in.take_sign();
  const std::size_t digits = in.take_digits();
  return digits >= 1 && digits <= most_digits && attempt.keep();
}

bool take_enum_members(Reader& in) {
  Attempt attempt(in);
  constexpr std::size_t kInt64Digits = 19;
  do {
    if (!in.take_identifier() && !take_integer(in, kInt64Digits)) return false;
  } while (in.take(','));
  return attempt.keep();
}

std::optional<Kind> take_number(Reader& in) {
  for (const std::string_view special : {"NaN", "-INF", "INF"}) {
    const std::size_t begin = in.at();
    if (in.take_text(special)) {
      if (!is_identifier_part(in.peek())) return Kind::kDouble;
      in.seek(begin);
    }
  }
  Attempt attempt(in);
  in.take_sign();
  if (in.take_digits() == 0) return std::nullopt;
  Kind kind = Kind::kInteger;
  if (in.peek() == '.' && is_digit(in.peek(1))) {
    in.skip();
    in.take_digits();
    kind = Kind::kDecimal;
  }
  attempt.keep();
  const std::size_t mantissa = in.at();
  if (in.take_word("e")) {
    in.take_sign();
    if (in.take_digits() > 0) return Kind::kDouble;
    in.seek(mantissa);
  }
  return kind;
}

std::optional<std::string> take_string(Reader& in) {
  Attempt attempt(in);
  if (!in.take('\'')) return std::nullopt;
  const bool slash_parts = in.mode() == Reader::Mode::kPath;
  std::string content;
  for (;;) {
    const int c = in.peek();
    if (c == '\'') {
      in.skip();
      if (!in.take('\'')) break;
    } else if (c == Reader::kEnd || !in.fits(kStringCharacters) ||
               (slash_parts && c == '/' && !in.escaped())) {
      return std::nullopt;
    } else {
      in.skip();
    }
    content += static_cast<char>(c);
  }
  attempt.keep();
  return content;
}

std::optional<std::string> take_json_string(Reader& in) {
  Attempt attempt(in);
  if (!in.take('"')) return std::nullopt;
  std::string content;
  while (!in.take('"')) {
    if (in.take('\\')) {
      if (!take_json_escape(in, content)) return std::nullopt;
    } else if (in.peek() == Reader::kEnd || !in.fits(kJsonCharacters)) {
      return std::nullopt;
    } else {
      content += static_cast<char>(in.peek());
      in.skip();
    }
  }
  attempt.keep();
  return content;
}

}  // namespace muster::odata::syntax
