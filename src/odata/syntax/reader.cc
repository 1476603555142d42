#include "odata/syntax/reader.h"

namespace muster::odata::syntax {
namespace {

constexpr std::size_t kMaxIdentifier = 128;

int hex_value(int c) {
  return is_digit(c) ? c - '0' : ascii_lower(c) - 'a' + 10;
}

}  // namespace

Reader::Reader(std::string_view text, Mode mode) : mode_(mode) {
  if (mode == Mode::kDecoded || mode == Mode::kPayload) {
    text_ = text;
    return;
  }
  text_.reserve(text.size());
  escaped_.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && is_hex_digit(text[i + 1]) &&
                        is_hex_digit(text[i + 2]);
    if (escape) {
      text_ += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      well_formed_ = well_formed_ && text[i] != '%';
      text_ += text[i];
    }
    escaped_ += escape ? '\1' : '\0';
  }
}

bool Reader::take(char c) {
  if (peek() != static_cast<unsigned char>(c)) return false;
  ++at_;
  return true;
}

bool Reader::take_raw(char c) {
  return !escaped() && take(c);
}

bool Reader::take_hash() {
  return (!strict() || escaped()) && take('#');
}

bool Reader::take_sign() {
  return take('-') || ((mode_ != Mode::kEncoded || escaped()) && take('+'));
}

bool Reader::take_digit() {
  if (!is_digit(peek())) return false;
  ++at_;
  return true;
}

std::size_t Reader::take_digits() {
  const std::size_t begin = at_;
  while (take_digit()) continue;
  return at_ - begin;
}

bool Reader::take_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (peek(i) != static_cast<unsigned char>(text[i]) || escaped(i)) return false;
  }
  at_ += text.size();
  return true;
}

bool Reader::take_word(std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (ascii_lower(peek(i)) != ascii_lower(static_cast<unsigned char>(word[i])) || escaped(i))
      return false;
  }
  at_ += word.size();
  return true;
}

bool Reader::take_keyword(std::string_view word) {
  const std::size_t begin = at_;
  if (!take_word(word)) return false;
  if (!is_identifier_part(peek())) return true;
  at_ = begin;
  return false;
}

std::size_t Reader::take_blanks() {
  const std::size_t begin = at_;
  while (peek() == ' ' || peek() == '\t') ++at_;
  return at_ - begin;
}

bool Reader::take_identifier() {
  if (!is_identifier_start(peek())) return false;
  const std::size_t begin = at_;
  std::size_t characters = 0;
  for (; is_identifier_part(peek()); ++at_) {
    if ((peek() & 0xC0) != 0x80) ++characters;  // not the inside of a UTF-8 sequence
  }
  if (characters <= kMaxIdentifier) return true;
  at_ = begin;
  return false;
}

std::size_t Reader::take_qualified_name() {
  if (!take_identifier()) return 0;
  std::size_t parts = 1;
  for (; peek() == '.'; ++parts) {
    const std::size_t dot = at_;
    ++at_;
    if (take_identifier()) continue;
    at_ = dot;
    break;
  }
  return parts;
}

bool Reader::fits(std::string_view others) const {
  const int c = peek();
  if (c == kEnd) return false;
  if (!strict() || escaped() || is_unreserved(c)) return true;
  return others.find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace muster::odata::syntax
