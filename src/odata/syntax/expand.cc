// $expand (URL Conventions §5.1.3).
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {

NodeIndex Parser::expand() {
  const std::size_t begin = in.at();
  TreeBuilder::List items;
  do {
    const NodeIndex item = expand_item();
    if (item == kNoNode) return kNoNode;
    tree.append(items, item);
  } while (comma());
  return add(Kind::kExpand, begin, items);
}

NodeIndex Parser::expand_item() {
  const std::size_t begin = in.at();
  TreeBuilder::List segments;
  OptionSet allowed = 0;
  if (!expand_path(segments, allowed)) return kNoNode;
  const NodeIndex path = add(Kind::kPath, begin, segments);
  if (path == kNoNode) return kNoNode;
  TreeBuilder::List children;
  tree.append(children, path);
  if (allowed != 0 && in.peek() == '(' && !nested_options(children, allowed)) return kNoNode;
  return add(Kind::kExpandItem, begin, children);
}

// `allowed`: the options that may follow.
bool Parser::expand_path(TreeBuilder::List& segments, OptionSet& allowed) {
  const auto append = [&](NodeIndex node) {
    if (node != kNoNode) tree.append(segments, node);
    return node != kNoNode;
  };
  for (;;) {
    const std::size_t begin = in.at();
    const Kind last = segments.count == 0 ? Kind::kPath : tree[segments.last].kind;
    if (last == Kind::kPath && in.take_text("$value")) {
      allowed = 0;
      return append(add(Kind::kValue, begin));
    }
    if (last != Kind::kPath && in.take_text("$ref")) {
      allowed = last == Kind::kStar ? OptionSet{0} : kOfReferences;
      return append(add(Kind::kRef, begin));
    }
    if (last != Kind::kPath && last != Kind::kStar && in.take_text("$count")) {
      allowed = kOfCount;
      return append(add(Kind::kCount, begin));
    }
    if (last == Kind::kStar) return fail("$ref") != kNoNode;
    if (in.take('*')) {
      allowed = kLevelsOption;
      if (!append(add(Kind::kStar, begin))) return false;
    } else if (in.peek() == '@') {
      allowed = kOfExpand;
      if (!append(annotation())) return false;
    } else {
      const std::size_t parts = in.take_qualified_name();
      if (parts == 0) return fail("a navigation property or '*'") != kNoNode;
      const NodeIndex name = leaf(Kind::kName, begin);
      if (!append(name)) return false;
      if (parts > 1) tree[name].flags |= Node::kQualified;
      allowed = kOfExpand;
    }
    if (!in.take_raw('/')) return true;
  }
}

}  // namespace muster::odata::syntax
