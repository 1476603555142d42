#include "odata/syntax/grammar/uri.h"

namespace muster::odata::syntax::grammar {
namespace {

constexpr std::string_view kSubDelimiters = "!()*+,;$&'=";
constexpr std::string_view kUserCharacters = "!()*+,;$&'=:";
constexpr std::string_view kQuery = "!()*+,;$&'=:@/?";

std::size_t take_all(Reader& in, std::string_view set) {
  const std::size_t begin = in.at();
  while (in.fits(set)) in.skip();
  return in.at() - begin;
}

bool take_ipv4(Reader& in) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !in.take_raw('.')) return false;
    const std::size_t begin = in.at();
    int value = 0;
    for (; is_digit(in.peek()) && in.at() - begin < 3; in.skip()) {
      value = value * 10 + in.peek() - '0';
    }
    const std::string_view digits = in.since(begin);
    if (digits.empty() || value > 255 || (digits.size() > 1 && digits.front() == '0')) return false;
  }
  return true;
}

// Eight groups of up to four digits; `::` stands for one or more that are zero; the last two may be
// an IPv4 address.
bool take_ipv6(Reader& in) {
  int groups = 0;
  bool shortened = in.take_text("::");
  while (groups < 8) {
    const std::size_t begin = in.at();
    if (groups <= 6 && take_ipv4(in)) {
      groups += 2;
      break;
    }
    in.seek(begin);
    while (is_hex_digit(in.peek()) && in.at() - begin < 4) in.skip();
    if (in.at() == begin) {
      // Only behind `::` may nothing follow.
      if (!shortened || in.text()[begin - 1] != ':' || in.text()[begin - 2] != ':') return false;
      break;
    }
    ++groups;
    if (in.peek() != ':') break;
    if (in.peek(1) == ':') {
      if (shortened) return false;
      shortened = true;
      in.skip(2);
    } else if (groups < 8) {
      in.skip();
    }
  }
  return shortened ? groups <= 7 : groups == 8;
}

bool take_ip_literal(Reader& in) {
  if (in.take_word("v")) {
    const std::size_t begin = in.at();
    while (is_hex_digit(in.peek())) in.skip();
    if (in.at() == begin || !in.take_raw('.') || take_all(in, kUserCharacters) == 0) return false;
  } else if (!take_ipv6(in)) {
    return false;
  }
  return in.take_raw(']');
}

void take_port(Reader& in) {
  if (in.take_raw(':')) in.take_digits();
}

bool take_hierarchy(Reader& in) {
  if (in.take_text("//")) {
    if (!take_authority(in)) return false;
    while (in.take_raw('/')) take_all(in, kPathCharacters);
    return true;
  }
  const bool absolute = in.take_raw('/');
  if (take_all(in, kPathCharacters) == 0) return absolute;
  while (in.take_raw('/')) take_all(in, kPathCharacters);
  return true;
}

}  // namespace

bool take_host(Reader& in) {
  if (in.take_raw('[')) return take_ip_literal(in);
  take_all(in, kSubDelimiters);  // an IPv4 address is such a name, and none is one too
  return true;
}

bool take_authority(Reader& in) {
  const std::size_t begin = in.at();
  take_all(in, kUserCharacters);
  if (!in.take_raw('@')) in.seek(begin);
  if (!take_host(in)) return false;
  take_port(in);
  return true;
}

bool take_uri(Reader& in) {
  if (!is_identifier_start(in.peek()) || in.peek() == '_' || in.peek() >= 0x80) return false;
  while (is_unreserved(in.peek()) || in.peek() == '+') {
    if (in.peek() == '_' || in.peek() == '~') return false;
    in.skip();
  }
  if (!in.take_raw(':') || !take_hierarchy(in)) return false;
  if (in.take_raw('?')) take_all(in, kQuery);
  if (in.take_raw('#')) take_all(in, kQuery);
  return true;
}

bool take_service_root(Reader& in) {
  if (!in.take_word("https") && !in.take_word("http")) return false;
  if (!in.take_text("://") || !take_host(in)) return false;
  take_port(in);
  if (!in.take_raw('/')) return false;
  for (;;) {
    const std::size_t begin = in.at();
    if (take_all(in, kPathCharacters) > 0 && in.take_raw('/')) continue;
    in.seek(begin);
    return true;
  }
}

}  // namespace muster::odata::syntax::grammar
