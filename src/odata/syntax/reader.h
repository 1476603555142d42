// Text under a cursor. The ABNF is written for percent-encoded text and says of each special
// character whether `%28` means the same as `(`. A Reader decodes once, at the start, and remembers
// which octets were escapes, so that one parser reads decoded values, paths and the grammar's own
// test cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::odata::syntax {

class Reader {
 public:
  enum class Mode : std::uint8_t {
    kDecoded,  // a query option's value: every character may mean itself; generous with blanks
    kPath,     // percent-encoded, but generous: only `/` must stand there as itself
    kEncoded,  // percent-encoded, exactly as the ABNF has it
    kPayload,  // a value in a body or header: `%` is a character
  };
  // Escapes that are none stay as they are; `well_formed` tells.
  Reader(std::string_view text, Mode mode);

  [[nodiscard]] bool well_formed() const { return well_formed_; }
  // To the letter of the ABNF?
  [[nodiscard]] bool strict() const { return mode_ == Mode::kEncoded || mode_ == Mode::kPayload; }
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t at() const { return at_; }
  void seek(std::size_t at) { at_ = at; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string_view since(std::size_t begin) const {
    return std::string_view(text_).substr(begin, at_ - begin);
  }

  static constexpr int kEnd = -1;
  // The octet so far ahead, or kEnd.
  [[nodiscard]] int peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : kEnd;
  }
  // Was that octet an escape? Never in kDecoded, where nobody knows.
  [[nodiscard]] bool escaped(std::size_t ahead = 0) const {
    return at_ + ahead < escaped_.size() && escaped_[at_ + ahead] != 0;
  }
  void skip(std::size_t octets = 1) { at_ += octets; }

  // Each takes what it names or leaves the cursor.
  bool take(char c);                         // as itself or as an escape
  bool take_raw(char c);                     // as itself only
  bool take_hash();                          // `#`, which the ABNF knows only as %23
  bool take_sign();                          // `-`, or `+`, which in a URL must be %2B
  bool take_digit();                         // one ASCII digit
  std::size_t take_digits();                 // as many as there are
  bool take_text(std::string_view text);     // exactly, as itself
  bool take_word(std::string_view word);     // ignoring ASCII case, as itself
  bool take_keyword(std::string_view word);  // a word with no identifier's character behind it
  std::size_t take_blanks();                 // RWS, BWS: blanks and tabs
  void take_generous_blanks() {              // where the ABNF has none
    if (!strict()) take_blanks();
  }
  // odataIdentifier: at most 128 characters, ASCII or any that is not.
  bool take_identifier();
  // `a` or `a.b.c`. Returns the number of parts; 0 if there is none.
  std::size_t take_qualified_name();

  // Is the octet ahead an unreserved character, one of `others`, or (percent-encoded) any? Yes for
  // everything when not strict.
  [[nodiscard]] bool fits(std::string_view others) const;

 private:
  std::string text_;
  std::string escaped_;  // as long as text_, or empty
  std::size_t at_ = 0;
  Mode mode_;
  bool well_formed_ = true;
};

// Inline: every octet of a query passes through them several times.
[[nodiscard]] constexpr int ascii_lower(int c) {
  return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}
[[nodiscard]] constexpr bool is_letter(int c) {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
[[nodiscard]] constexpr bool is_digit(int c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_hex_digit(int c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}
[[nodiscard]] constexpr bool is_identifier_start(int c) {
  return is_letter(c) || c == '_' || c >= 0x80;
}
[[nodiscard]] constexpr bool is_identifier_part(int c) {
  return is_identifier_start(c) || is_digit(c);
}
[[nodiscard]] constexpr bool is_unreserved(int c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// Sets of RFC 3986 without the unreserved characters.
inline constexpr std::string_view kOtherDelimiters = "!()*+,;";
inline constexpr std::string_view kPathCharacters = "!()*+,;$&'=:@";
inline constexpr std::string_view kStringCharacters = "!()*+,;$&=:@";       // pchar-no-SQUOTE
inline constexpr std::string_view kQueryCharacters = "!()*+,;:@/?$'=";      // qchar-no-AMP
inline constexpr std::string_view kQuotedCharacters = "!()*+,;:@/?$=";      // qchar-no-AMP-SQUOTE
inline constexpr std::string_view kSearchCharacters = "!*+,:@/?$=";         // searchChar
inline constexpr std::string_view kJsonCharacters = "!()*+,;:@/?$'= {}[]";  // charInJSON

}  // namespace muster::odata::syntax
