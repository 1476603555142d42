// Headers and preferences (ABNF section 8). Their names compare without case.
#include "odata/syntax/grammar/judge.h"
#include "odata/syntax/grammar/uri.h"

namespace muster::odata::syntax::grammar {
namespace {

bool is_visible(int c) {
  return c >= 0x21 && c != 0x7F;
}

// EQ-h: with blanks around.
bool take_equals(Reader& in) {
  in.take_blanks();
  if (!in.take('=')) return false;
  in.take_blanks();
  return true;
}

bool take_header_name(Reader& in, std::string_view name) {
  const std::size_t begin = in.at();
  if (in.take_word(name) && in.take(':')) {
    in.take_blanks();
    return true;
  }
  in.seek(begin);
  return false;
}

// A preference with or without the prefix that 4.0 wanted.
bool take_preference_name(Reader& in, std::string_view name, bool prefix) {
  const std::size_t begin = in.at();
  if (prefix) in.take_word("odata.");
  if (in.take_word(name) && !is_identifier_part(in.peek()) && in.peek() != '-') return true;
  in.seek(begin);
  return false;
}

bool take_version(Reader& in) {
  return in.take_digits() > 0 && in.take('.') && in.take_digits() > 0;
}

bool take_callback(Reader& in) {
  in.take_blanks();
  if (!in.take(';')) return false;
  in.take_blanks();
  if (!in.take_word("url") || !take_equals(in) || !in.take('"')) return false;
  const std::size_t begin = in.at();
  while (!in.done() && in.peek() != '"') in.skip();
  Reader url(in.since(begin), Reader::Mode::kEncoded);
  return in.take('"') && take_uri(url) && url.done();
}

bool take_annotation_identifier(Reader& in, const Names& names) {
  in.take('-');
  if (!in.take('*')) {
    const std::size_t begin = in.at();
    const std::size_t parts = in.take_qualified_name();
    if (parts == 0) return false;
    const std::string_view name = in.since(begin);
    if (in.take_text(".*")) {
      if (!names.is_namespace(name)) return false;
    } else if (parts < 2 || !names.is_namespace(name.substr(0, name.rfind('.')))) {
      return false;
    }
  }
  return !in.take('#') || in.take_identifier();
}

bool take_annotations(Reader& in, const Names& names) {
  if (!take_equals(in) || !in.take('"')) return false;
  do {
    if (!take_annotation_identifier(in, names)) return false;
  } while (in.take(','));
  return in.take('"');
}

bool take_error(Reader& in) {
  if (!in.take_text("{\"code\":")) return false;
  while (in.peek() == ' ' || (is_visible(in.peek()) && in.peek() < 0x80)) in.skip();
  return true;
}

}  // namespace

bool Judge::preference() {
  if (take_preference_name(in, "allow-entityreferences", true)) return true;
  if (take_preference_name(in, "callback", true)) return take_callback(in);
  if (take_preference_name(in, "continue-on-error", true)) {
    const std::size_t begin = in.at();
    if (!take_equals(in)) {
      in.seek(begin);
      return true;
    }
    return in.take_keyword("true") || in.take_keyword("false");
  }
  if (take_preference_name(in, "include-annotations", true)) return take_annotations(in, names);
  if (take_preference_name(in, "maxpagesize", true)) {
    return take_equals(in) && in.peek() != '0' && in.take_digits() > 0;
  }
  if (take_preference_name(in, "omit-values", false)) {
    return take_equals(in) && (in.take_keyword("nulls") || in.take_keyword("defaults"));
  }
  if (take_preference_name(in, "respond-async", false)) return true;
  if (take_preference_name(in, "return", false)) {
    return take_equals(in) && (in.take_text("representation") || in.take_text("minimal"));
  }
  if (take_preference_name(in, "track-changes", true)) return true;
  return take_preference_name(in, "wait", false) && take_equals(in) && in.take_digits() > 0;
}

bool Judge::header() {
  if (take_header_name(in, "AsyncResult")) return in.take_digits() == 3;
  if (take_header_name(in, "Content-ID")) {
    const std::size_t begin = in.at();
    while (in.peek() != Reader::kEnd && is_unreserved(in.peek())) in.skip();
    return in.at() > begin;
  }
  if (take_header_name(in, "OData-Isolation") || take_header_name(in, "Isolation")) {
    return in.take_word("snapshot");
  }
  if (take_header_name(in, "OData-EntityID")) {
    const std::size_t begin = in.at();
    while (is_visible(in.peek())) in.skip();
    return in.at() > begin;
  }
  if (take_header_name(in, "OData-Error")) return take_error(in);
  if (take_header_name(in, "OData-MaxVersion")) return take_version(in);
  if (take_header_name(in, "OData-Version")) {
    if (!in.take_text("4.0")) return false;
    if (in.peek() != '0') in.take_digit();
    return true;
  }
  if (!take_header_name(in, "Prefer")) return false;
  for (;;) {
    if (!preference()) return false;
    const std::size_t end = in.at();
    in.take_blanks();
    if (in.take(',')) {
      in.take_blanks();
      continue;
    }
    in.seek(end);
    return true;
  }
}

}  // namespace muster::odata::syntax::grammar
