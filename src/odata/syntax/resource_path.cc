// Resource paths (URL Conventions §4), up to `?`, `#` or the end.
#include <array>

#include "odata/syntax/parser.h"

namespace muster::odata::syntax {

NodeIndex Parser::resource_path() {
  const std::size_t begin = in.at();
  TreeBuilder::List segments;
  do {
    const NodeIndex segment = resource_segment();
    if (segment == kNoNode) return kNoNode;
    tree.append(segments, segment);
    const bool may_have_keys =
        tree[segment].kind == Kind::kCall || tree[segment].kind == Kind::kFilterSegment;
    if (may_have_keys && in.peek() == '(') {
      const std::size_t start = in.at();
      TreeBuilder::List keys;
      if (!arguments(keys, true)) return kNoNode;
      const NodeIndex node = add(Kind::kKeys, start, keys);
      if (node == kNoNode) return kNoNode;
      tree.append(segments, node);
    }
  } while (in.take_raw('/'));
  return add(Kind::kPath, begin, segments);
}

NodeIndex Parser::resource_segment() {
  const std::size_t begin = in.at();
  if (in.peek() == '$' && !in.escaped()) return resource_dollar_segment(begin);
  if (in.take_qualified_name() > 0) {
    const int next = in.peek();
    const bool ends =
        next == Reader::kEnd || ((next == '/' || next == '?' || next == '#') && !in.escaped());
    in.seek(begin);
    if (ends || next == '(') return name_segment(begin, true);
  }
  return key_segment();
}

// A key as a segment of its own: any characters.
NodeIndex Parser::key_segment() {
  const std::size_t begin = in.at();
  const auto ends = [this] {
    const int c = in.peek();
    return c == Reader::kEnd || (!in.escaped() && (c == '/' || c == '?' || c == '#'));
  };
  while (!ends() && in.fits(kPathCharacters)) in.skip();
  if (in.at() == begin) return fail("a segment of a path");
  return leaf(Kind::kKeySegment, begin);
}

NodeIndex Parser::resource_dollar_segment(std::size_t begin) {
  struct Row {
    std::string_view word;
    Kind kind;
  };
  constexpr std::array kRows = {
      Row{"$count", Kind::kCount}, Row{"$ref", Kind::kRef},     Row{"$value", Kind::kValue},
      Row{"$each", Kind::kEach},   Row{"$query", Kind::kQuery},
  };
  for (const Row& row : kRows) {
    if (in.take_text(row.word) && !is_identifier_part(in.peek())) return add(row.kind, begin);
    in.seek(begin);
  }
  if (in.take_text("$filter") && in.peek() == '(') {
    in.seek(begin);
    return dollar_segment(begin);
  }
  in.seek(begin);
  return fail("$count, $ref, $value, $each, $query or $filter(…)");
}

}  // namespace muster::odata::syntax
