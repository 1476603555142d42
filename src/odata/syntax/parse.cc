#include "odata/syntax/parse.h"

#include "base/encoding.h"
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxLength = std::size_t{1} << 20;

base::Error too_long(ErrorCode code, const std::string& subject, std::string target) {
  return base::fail(code, subject + " is longer than 1048576 octets.", std::move(target));
}

// One option: blanks, what `parse` takes, blanks, the end.
base::Result<Tree> parse_option(std::string target, std::string_view text,
                                NodeIndex (Parser::*parse)()) {
  const std::string subject = "The query option '" + target + "'";
  if (text.size() > kMaxLength) {
    return too_long(ErrorCode::kInvalidQuery, subject, std::move(target));
  }
  if (!base::is_utf8(text)) {
    return base::fail(ErrorCode::kInvalidQuery, subject + " is not UTF-8.", std::move(target));
  }
  Parser parser(text, Reader::Mode::kDecoded, subject);
  parser.in.take_blanks();
  (parser.*parse)();
  parser.in.take_blanks();
  if (!parser.failed() && !parser.in.done()) parser.fail("an operator, a comma or the end");
  if (parser.failed()) return parser.error(ErrorCode::kInvalidQuery, std::move(target));
  return parser.tree.take();
}

// The segment of a well-formed path that has the octet which is number `decoded` after decoding.
std::string_view segment_at(std::string_view encoded, std::size_t decoded) {
  std::size_t begin = 0;
  std::size_t at = 0;
  for (; at < encoded.size() && decoded > 0; --decoded) {
    at += encoded[at] == '%' ? 3 : 1;
    if (encoded[at - 1] == '/') begin = at;
  }
  return encoded.substr(begin, encoded.find('/', at) - begin);
}

}  // namespace

base::Result<Tree> parse_filter(std::string_view text) {
  return parse_option("$filter", text, &Parser::filter);
}

base::Result<Tree> parse_orderby(std::string_view text) {
  return parse_option("$orderby", text, &Parser::order_by);
}

base::Result<Tree> parse_select(std::string_view text) {
  return parse_option("$select", text, &Parser::select);
}

base::Result<Tree> parse_expand(std::string_view text) {
  return parse_option("$expand", text, &Parser::expand);
}

base::Result<Tree> parse_search(std::string_view text) {
  return parse_option("$search", text, &Parser::search);
}

base::Result<Tree> parse_compute(std::string_view text) {
  return parse_option("$compute", text, &Parser::compute);
}

base::Result<Tree> parse_value(std::string_view name, std::string_view text) {
  return parse_option(std::string(name), text, &Parser::expression);
}

base::Result<Tree> parse_path(std::string_view encoded) {
  if (encoded.starts_with('/')) encoded.remove_prefix(1);
  if (encoded.ends_with('/')) encoded.remove_suffix(1);
  if (encoded.size() > kMaxLength) return too_long(ErrorCode::kBadRequest, "The path", {});
  Parser parser(encoded, Reader::Mode::kPath, "The path");
  if (!parser.in.well_formed()) {
    return base::fail(ErrorCode::kBadRequest,
                      "The path holds a '%' that is not followed by two hexadecimal digits.");
  }
  if (!base::is_utf8(parser.in.text())) {
    return base::fail(ErrorCode::kBadRequest, "The path is not UTF-8.");
  }
  parser.resource_path();
  if (!parser.failed() && !parser.in.done()) parser.fail("'/' or the end");
  if (!parser.failed()) return parser.tree.take();
  // An escaped `/` parts nothing, so a segment is looked for in the path as sent.
  return parser.error(ErrorCode::kBadRequest, std::string(segment_at(encoded, parser.failed_at())));
}

}  // namespace muster::odata::syntax
