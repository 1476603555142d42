// $select (URL Conventions §5.1.4).
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {

NodeIndex Parser::select() {
  const std::size_t begin = in.at();
  TreeBuilder::List items;
  do {
    const NodeIndex item = select_item();
    if (item == kNoNode) return kNoNode;
    tree.append(items, item);
  } while (comma());
  return add(Kind::kSelect, begin, items);
}

NodeIndex Parser::select_item() {
  const std::size_t begin = in.at();
  TreeBuilder::List segments;
  do {
    if (!select_segment(segments)) return kNoNode;
  } while (tree[segments.last].kind != Kind::kStar && tree[segments.last].kind != Kind::kCall &&
           in.take_raw('/'));
  const NodeIndex path = add(Kind::kPath, begin, segments);
  if (path == kNoNode) return kNoNode;
  TreeBuilder::List children;
  tree.append(children, path);
  const Kind last = tree[segments.last].kind;
  if (in.peek() == '(' && (last == Kind::kName || last == Kind::kAnnotation) &&
      !nested_options(children, kOfSelect)) {
    return kNoNode;
  }
  return add(Kind::kSelectItem, begin, children);
}

// `*`, `ns.*`, a name, `ns.function(parameter,parameter)`, or an annotation.
bool Parser::select_segment(TreeBuilder::List& segments) {
  const std::size_t begin = in.at();
  NodeIndex node = kNoNode;
  if (in.peek() == '@') {
    node = annotation();
  } else if (segments.count == 0 && in.take('*')) {
    node = add(Kind::kStar, begin);
  } else {
    const std::size_t parts = in.take_qualified_name();
    if (parts == 0) return fail("a property, an operation or '*'") != kNoNode;
    const std::string_view name = in.since(begin);
    TreeBuilder::List names;
    if (in.peek() == '.' && in.peek(1) == '*') {
      in.skip(2);
      node = add(Kind::kStar, begin, {}, name);
    } else if (in.peek() == '(' && parameter_names(names)) {
      node = add(Kind::kCall, begin, names, name);
    } else {
      node = add(Kind::kName, begin, {}, name);
    }
    if (node != kNoNode && parts > 1) tree[node].flags |= Node::kQualified;
  }
  if (node == kNoNode) return false;
  tree.append(segments, node);
  return true;
}

// Names in parentheses tell overloads apart; options have a `=`. Leaves the cursor if they are not
// names.
bool Parser::parameter_names(TreeBuilder::List& names) {
  const std::size_t begin = in.at();
  in.skip();
  in.take_generous_blanks();
  const std::size_t inner = in.at();
  bool is_names = in.take_identifier();
  in.take_generous_blanks();
  is_names = is_names && (in.peek() == ',' || in.peek() == ')');
  in.seek(is_names ? inner : begin);
  if (!is_names) return false;
  do {
    const std::size_t start = in.at();
    if (!in.take_identifier()) return fail("the name of a parameter") != kNoNode;
    const NodeIndex name = leaf(Kind::kName, start);
    if (name == kNoNode) return false;
    tree.append(names, name);
  } while (comma());
  in.take_generous_blanks();
  return expect(')', "',' or ')'");
}

}  // namespace muster::odata::syntax
