// Rules of ABNF sections 4 to 6: expressions, arrays and objects, names.
#include <array>

#include "base/encoding.h"
#include "odata/syntax/grammar/rules.h"
#include "odata/syntax/literal.h"

namespace muster::odata::syntax::grammar {
namespace {

bool take_expression(Judge& j) {
  return j.parser.expression() != kNoNode;
}

// An expression whose root is of one kind.
template <Kind kind, Operator op = Operator::kNone>
bool take_root(Judge& j) {
  const NodeIndex root = j.parser.expression();
  return root != kNoNode && j.parser.tree[root].kind == kind && j.parser.tree[root].op == op;
}

template <Kind kind>
bool take_lambda(Judge& j) {
  const NodeIndex node = j.parser.lambda(j.in.at());
  return node != kNoNode && j.parser.tree[node].kind == kind;
}

bool take_path(Judge& j) {
  const NodeIndex root = j.parser.expression();
  if (root == kNoNode) return false;
  const Kind kind = j.parser.tree[root].kind;
  return kind == Kind::kPath ||
         (kind == Kind::kCall && !is_canonical_function(j.parser.tree.tree().text(root)));
}

bool take_root_path(Judge& j) {
  return j.in.peek() == '$' && take_path(j);
}

bool take_not(Judge& j) {
  const std::size_t begin = j.in.at();
  const bool is_not = j.in.take_keyword("not");
  j.in.seek(begin);
  return is_not && take_expression(j);
}

bool take_parenthesised(Judge& j) {
  const NodeIndex root = j.in.peek() == '(' ? j.parser.expression() : kNoNode;
  return root != kNoNode && j.parser.tree[root].has(Node::kParenthesised);
}

// Only right of `in` are parentheses a list.
bool take_list(Judge& j) {
  Judge whole("1 in " + std::string(j.source), Reader::Mode::kEncoded, j.names);
  const NodeIndex root = whole.parser.expression();
  if (root == kNoNode || !whole.finished()) return false;
  const Tree& tree = whole.parser.tree.tree();
  while (!j.in.done()) j.in.skip();
  return tree[tree.child(root, 1)].kind == Kind::kList;
}

bool take_canonical_call(Judge& j) {
  const NodeIndex root = j.parser.expression();
  if (root == kNoNode) return false;
  const Node& node = j.parser.tree[root];
  return node.kind == Kind::kCase ||
         (node.kind == Kind::kCall && is_canonical_function(j.parser.tree.tree().text(root)));
}

bool take_annotation(Judge& j) {
  const NodeIndex node = j.in.peek() == '@' ? j.parser.annotation() : kNoNode;
  return node != kNoNode && j.names.is_annotation("termName", j.parser.tree.tree().text(node));
}

template <bool is_object, bool either>
bool take_json(Judge& j) {
  j.in.take_blanks();
  const bool fits = either || j.in.peek() == (is_object ? '{' : '[');
  return fits && j.parser.array_or_object() != kNoNode;
}

bool take_value_in_url(Judge& j) {
  return take_json_string(j.in).has_value() || take_expression(j);
}

// A name whose last part has a role. `parts`: 1, or 2 for qualified names, or 0 for either.
bool take_name(Judge& j, std::string_view role, std::size_t parts) {
  const std::size_t begin = j.in.at();
  const std::size_t found = j.in.take_qualified_name();
  if (found == 0 || (parts == 2 && found == 1)) return false;
  return j.names.is_optionally_qualified(role, j.in.since(begin));
}

bool take_type(Judge& j, bool qualified, bool collection) {
  const NodeIndex node = j.parser.type_name();
  if (node == kNoNode) return false;
  const std::string_view name = j.parser.tree.tree().text(node);
  return (collection || name.find('(') == std::string_view::npos) &&
         j.names.is_type(name, qualified);
}

constexpr std::array kRules = {
    Rule{"commonExpr", take_expression},
    Rule{"boolCommonExpr", take_expression},
    Rule{"lambdaPredicateExpr", take_expression},
    Rule{"rootExpr", take_root_path},
    Rule{"firstMemberExpr", take_path},
    Rule{"memberExpr", take_path},
    Rule{"directMemberExpr", take_path},
    Rule{"propertyPathExpr", take_path},
    Rule{"functionExpr", take_path},
    Rule{"boundFunctionExpr", take_path},
    Rule{"inscopeVariableExpr", take_path},
    Rule{"annotationExpr", [](Judge& j) { return j.in.peek() == '@' && take_path(j); }},
    Rule{"annotationInQuery", take_annotation},
    Rule{"implicitVariableExpr",
         [](Judge& j) { return j.in.take_text("$it") || j.in.take_text("$this"); }},
    Rule{"lambdaVariableExpr", [](Judge& j) { return j.in.take_identifier(); }},
    Rule{"anyExpr", take_lambda<Kind::kAny>},
    Rule{"allExpr", take_lambda<Kind::kAll>},
    Rule{"methodCallExpr", take_canonical_call},
    Rule{"boolMethodCallExpr", take_canonical_call},
    Rule{"caseMethodCallExpr", take_root<Kind::kCase>},
    Rule{"parenExpr", take_parenthesised},
    Rule{"listExpr", take_list},
    Rule{"negateExpr", [](Judge& j) { return j.in.peek() == '-' && take_expression(j); }},
    Rule{"notExpr", take_not},
    Rule{"isofExpr", take_root<Kind::kIsOf>},
    Rule{"castExpr", take_root<Kind::kCast>},
    Rule{"arrayOrObject", take_json<false, true>},
    Rule{"array", take_json<false, false>},
    Rule{"object", take_json<true, false>},
    Rule{"valueInUrl", take_value_in_url},
    Rule{"stringInUrl", [](Judge& j) { return take_json_string(j.in).has_value(); }},
    Rule{"odataIdentifier", [](Judge& j) { return j.in.take_identifier(); }},
    Rule{"namespace",
         [](Judge& j) {
           const std::size_t begin = j.in.at();
           return j.in.take_qualified_name() > 0 && j.names.is_namespace(j.in.since(begin));
         }},
    Rule{"qualifiedTypeName", [](Judge& j) { return take_type(j, true, true); }},
    Rule{"optionallyQualifiedTypeName", [](Judge& j) { return take_type(j, false, true); }},
    Rule{"singleQualifiedTypeName", [](Judge& j) { return take_type(j, true, false); }},
    Rule{"primitiveTypeName",
         [](Judge& j) {
           const std::size_t begin = j.in.at();
           return j.in.take_qualified_name() > 0 && Names::is_primitive_type(j.in.since(begin));
         }},
    Rule{"qualifiedEntityTypeName", [](Judge& j) { return take_name(j, "entityTypeName", 2); }},
    Rule{"qualifiedComplexTypeName", [](Judge& j) { return take_name(j, "complexTypeName", 2); }},
    Rule{"qualifiedTypeDefinitionName",
         [](Judge& j) { return take_name(j, "typeDefinitionName", 2); }},
    Rule{"qualifiedEnumTypeName", [](Judge& j) { return take_name(j, "enumerationTypeName", 2); }},
    Rule{"qualifiedActionName", [](Judge& j) { return take_name(j, "action", 2); }},
    Rule{"optionallyQualifiedEntityTypeName",
         [](Judge& j) { return take_name(j, "entityTypeName", 0); }},
    Rule{"optionallyQualifiedComplexTypeName",
         [](Judge& j) { return take_name(j, "complexTypeName", 0); }},
    Rule{"optionallyQualifiedActionName", [](Judge& j) { return take_name(j, "action", 0); }},
    Rule{"primitiveProperty",
         [](Judge& j) {
           const std::size_t begin = j.in.at();
           return j.in.take_identifier() && j.names.is_property(j.in.since(begin));
         }},
    Rule{"navigationProperty",
         [](Judge& j) {
           const std::size_t begin = j.in.at();
           return j.in.take_identifier() && j.names.is_navigation(j.in.since(begin));
         }},
    Rule{"function",
         [](Judge& j) {
           const std::size_t begin = j.in.at();
           return j.in.take_identifier() && j.names.is_function(j.in.since(begin));
         }},
};

}  // namespace

std::span<const Rule> expression_rules() {
  return kRules;
}

}  // namespace muster::odata::syntax::grammar
