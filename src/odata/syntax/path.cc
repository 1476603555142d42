// Member paths of expressions: names, casts, calls, keys, lambdas, `/$count`.
#include "base/encoding.h"
#include "odata/syntax/literal.h"
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {
namespace {

bool at_lambda(Reader& in) {
  const std::size_t begin = in.at();
  const bool found = (in.take_keyword("any") || in.take_keyword("all")) && in.peek() == '(';
  in.seek(begin);
  return found;
}

}  // namespace

NodeIndex Parser::member_path() {
  const std::size_t begin = in.at();
  TreeBuilder::List segments;
  if (!path_start(segments)) return kNoNode;
  for (;;) {
    // A name takes the parentheses behind it; here they follow a `)` or `$filter(…)`.
    if (in.peek() == '(' && tree[segments.last].kind == Kind::kFilterSegment) {
      const std::size_t start = in.at();
      TreeBuilder::List keys;
      if (!arguments(keys, false)) return kNoNode;
      const NodeIndex node = add(Kind::kKeys, start, keys);
      if (node == kNoNode) return kNoNode;
      tree.append(segments, node);
    }
    if (!in.take_raw('/')) break;
    const NodeIndex segment = path_segment();
    if (segment == kNoNode) return kNoNode;
    tree.append(segments, segment);
  }
  if (tree[segments.first].kind == Kind::kRoot && segments.count == 1) return fail("'/'");
  if (segments.count == 1 && tree[segments.first].kind == Kind::kCall) return segments.first;
  return add(Kind::kPath, begin, segments);
}

bool Parser::path_start(TreeBuilder::List& segments) {
  const std::size_t begin = in.at();
  NodeIndex first = kNoNode;
  if (in.peek() == '@') {
    first = alias_or_annotation();
  } else if (in.peek() == '$') {
    if (in.take_text("$it")) {
      first = add(Kind::kIt, begin);
    } else if (in.take_text("$this")) {
      first = add(Kind::kThis, begin);
    } else if (in.take_text("$root")) {
      first = add(Kind::kRoot, begin);
    } else {
      fail("$it, $this or $root");
    }
    if (is_identifier_part(in.peek())) {
      in.seek(begin);
      fail("$it, $this or $root");
    }
  } else if (at_lambda(in)) {
    fail("a path to a collection before any and all");
  } else {
    first = name_segment(begin, false);
  }
  if (first == kNoNode || failed_) return false;
  tree.append(segments, first);
  return true;
}

NodeIndex Parser::path_segment() {
  const std::size_t begin = in.at();
  if (in.peek() == '$') return dollar_segment(begin);
  if (in.peek() == '@') return annotation();
  if (at_lambda(in)) return lambda(begin);
  if (is_identifier_start(in.peek())) return name_segment(begin, false);
  while (in.peek() != Reader::kEnd && is_unreserved(in.peek())) in.skip();
  if (in.at() == begin) return fail("a segment of a path");
  return leaf(Kind::kKeySegment, begin);
}

NodeIndex Parser::dollar_segment(std::size_t begin) {
  if (in.take_text("$count") && !is_identifier_part(in.peek())) {
    TreeBuilder::List options;
    if (in.peek() == '(' && !nested_options(options, kOfCount)) return kNoNode;
    return add(Kind::kCount, begin, options);
  }
  in.seek(begin);
  if (in.take_text("$filter") && in.peek() == '(') {
    const Level level(*this);
    if (!level.fits()) return kNoNode;
    in.skip();
    in.take_generous_blanks();
    const NodeIndex predicate = expression();
    in.take_generous_blanks();
    if (predicate == kNoNode || !expect(')', "an operator or ')'")) return kNoNode;
    return wrap(Kind::kFilterSegment, begin, predicate);
  }
  in.seek(begin);
  return fail("$count or $filter(…)");
}

// A name, with arguments if a parenthesis follows.
NodeIndex Parser::name_segment(std::size_t begin, bool literals_only) {
  const std::size_t parts = in.take_qualified_name();
  if (parts == 0) return fail("a name of at most 128 characters");
  const std::string_view name = in.since(begin);
  NodeIndex node = kNoNode;
  if (in.peek() == '(') {
    TreeBuilder::List values;
    if (!arguments(values, literals_only)) return kNoNode;
    node = add(Kind::kCall, begin, values, name);
  } else {
    node = add(Kind::kName, begin, {}, name);
  }
  if (node != kNoNode && parts > 1) tree[node].flags |= Node::kQualified;
  return node;
}

// `(…)` of a call or key.
bool Parser::arguments(TreeBuilder::List& out, bool literals_only) {
  const Level level(*this);
  if (!level.fits() || !expect('(', "'('")) return false;
  in.take_blanks();
  if (in.take(')')) return true;
  do {
    in.take_blanks();
    const NodeIndex value = argument(literals_only);
    if (value == kNoNode) return false;
    if (out.count > 0 && tree[out.first].kind != tree[value].kind &&
        (tree[out.first].kind == Kind::kArgument || tree[value].kind == Kind::kArgument)) {
      return refuse("mixes arguments with and without names") != kNoNode;
    }
    tree.append(out, value);
    in.take_blanks();
  } while (in.take(','));
  return expect(')', "',' or ')'");
}

NodeIndex Parser::argument(bool literals_only) {
  const std::size_t begin = in.at();
  if (in.take_identifier()) {
    const std::string_view name = in.since(begin);
    in.take_generous_blanks();
    if (in.take_raw('=')) {
      in.take_generous_blanks();
      return wrap(Kind::kArgument, begin, argument_value(literals_only), name);
    }
    in.seek(begin);
  }
  return argument_value(literals_only);
}

NodeIndex Parser::argument_value(bool literals_only) {
  if (!literals_only) return expression();
  const std::size_t begin = in.at();
  if (in.take('@')) {
    const std::size_t inner = in.at();
    if (!in.take_identifier()) return fail("the name of a parameter alias");
    const NodeIndex alias = add(Kind::kAlias, begin, {}, in.since(inner));
    return wrap(Kind::kPath, begin, alias);
  }
  const NodeIndex value = literal();
  return value != kNoNode ? value : fail("a literal or a parameter alias");
}

// `@p`; with a namespace or qualifier it is an annotation.
NodeIndex Parser::alias_or_annotation() {
  const std::size_t begin = in.at();
  in.skip();
  const std::size_t inner = in.at();
  if (in.take_qualified_name() == 1 && in.peek() != '#') {
    return add(Kind::kAlias, begin, {}, in.since(inner));
  }
  in.seek(begin);
  return annotation();
}

NodeIndex Parser::annotation() {
  const std::size_t begin = in.at();
  in.skip();
  const std::size_t inner = in.at();
  const std::size_t parts = in.take_qualified_name();
  if (parts == 0) return fail("the name of a term or parameter alias");
  if (in.take_hash() && !in.take_identifier()) return fail("the qualifier of a term");
  const NodeIndex node = add(Kind::kAnnotation, begin, {}, in.since(inner));
  if (node != kNoNode && parts > 1) tree[node].flags |= Node::kQualified;
  return node;
}

// `any(x:predicate)`, `any()`, `all(x:predicate)`
NodeIndex Parser::lambda(std::size_t begin) {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  const Kind kind = in.take_word("any") ? Kind::kAny : Kind::kAll;
  if (kind == Kind::kAll) in.take_word("all");
  if (!expect('(', "'('")) return kNoNode;
  in.take_blanks();
  if (kind == Kind::kAny && in.take(')')) return add(kind, begin);
  const std::size_t start = in.at();
  if (!in.take_identifier()) return fail("the name of a variable");
  const std::string variable(in.since(start));
  in.take_blanks();
  if (!expect(':', "':'")) return kNoNode;
  in.take_blanks();
  const NodeIndex predicate = expression();
  in.take_blanks();
  if (predicate == kNoNode || !expect(')', "an operator or ')'")) return kNoNode;
  return wrap(kind, begin, predicate, variable);
}

}  // namespace muster::odata::syntax
