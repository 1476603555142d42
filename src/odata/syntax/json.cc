// Arrays and objects in URLs (ABNF section 5): JSON whose values may be expressions.
#include "odata/syntax/literal.h"
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {

NodeIndex Parser::array_or_object() {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  in.take_blanks();
  const std::size_t begin = in.at();
  if (in.take('[')) return array(begin);
  return in.take('{') ? object(begin) : fail("an expression");
}

NodeIndex Parser::array(std::size_t begin) {
  in.take_blanks();
  TreeBuilder::List values;
  if (in.take(']')) return add(Kind::kArray, begin, values);
  do {
    in.take_blanks();
    const NodeIndex value = json_value();
    if (value == kNoNode) return kNoNode;
    tree.append(values, value);
    in.take_blanks();
  } while (in.take(','));
  if (!expect(']', "',' or ']'")) return kNoNode;
  return add(Kind::kArray, begin, values);
}

NodeIndex Parser::object(std::size_t begin) {
  in.take_blanks();
  TreeBuilder::List members;
  if (in.take('}')) return add(Kind::kObject, begin, members);
  do {
    in.take_blanks();
    const NodeIndex one = member();
    if (one == kNoNode) return kNoNode;
    tree.append(members, one);
    in.take_blanks();
  } while (in.take(','));
  if (!expect('}', "',' or '}'")) return kNoNode;
  return add(Kind::kObject, begin, members);
}

NodeIndex Parser::member() {
  const std::size_t begin = in.at();
  const std::optional<std::string> name = take_json_string(in);
  if (!name) return fail("a member's name in double quotes");
  in.take_blanks();
  if (!expect(':', "':'")) return kNoNode;
  in.take_blanks();
  return wrap(Kind::kMember, begin, json_value(), *name);
}

NodeIndex Parser::json_value() {
  if (in.peek() != '"') return expression();
  const std::size_t begin = in.at();
  const std::optional<std::string> content = take_json_string(in);
  if (!content) return fail("a string as in JSON");
  const NodeIndex node = add(Kind::kString, begin, {}, *content);
  if (node != kNoNode) tree[node].flags |= Node::kJson;
  return node;
}

}  // namespace muster::odata::syntax
