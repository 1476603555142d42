#include "odata/syntax/parse.h"

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
  Parser parser(text, Reader::Mode::kDecoded, subject);
  parser.in.take_blanks();
  (parser.*parse)();
  parser.in.take_blanks();
  if (!parser.failed() && !parser.in.done()) parser.fail("an operator, a comma or the end");
  if (parser.failed()) return parser.error(ErrorCode::kInvalidQuery, std::move(target));
  return parser.tree.take();
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
  parser.resource_path();
  if (!parser.failed() && !parser.in.done()) parser.fail("'/' or the end");
  if (!parser.failed()) return parser.tree.take();
  std::string_view segment = parser.in.text().substr(0, parser.failed_at());
  const std::size_t slash = segment.rfind('/');
  const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  segment = parser.in.text().substr(begin);
  return parser.error(ErrorCode::kBadRequest, std::string(segment.substr(0, segment.find('/'))));
}

}  // namespace muster::odata::syntax
