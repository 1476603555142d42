// Binder: operators and the types that they take (OData 4.01 URL Conventions §5.1.1.1–2).
#include <utility>

#include "odata/binder.h"

namespace muster::odata {
namespace {

using syntax::Kind;
using syntax::Operator;

bool is_number(const ResultType& type) {
  return !type.collection &&
         (type.value == ValueType::kInteger || type.value == ValueType::kDouble);
}

bool is_null(const ResultType& type) {
  return type.value == ValueType::kNull;
}

bool is_boolean(const ResultType& type) {
  return !type.collection && (type.value == ValueType::kBoolean || is_null(type));
}

bool same_type(const ResultType& a, const ResultType& b) {
  return a.value == b.value && a.collection == b.collection && a.enumeration == b.enumeration &&
         a.complex == b.complex;
}

bool is_comparison(Operator op) {
  return op >= Operator::kEq && op <= Operator::kLe;
}

Op op_of(Operator op) {
  switch (op) {
    case Operator::kEq:
      return Op::kEq;
    case Operator::kNe:
      return Op::kNe;
    case Operator::kGt:
      return Op::kGt;
    case Operator::kGe:
      return Op::kGe;
    case Operator::kLt:
      return Op::kLt;
    case Operator::kLe:
      return Op::kLe;
    case Operator::kAdd:
      return Op::kAdd;
    case Operator::kSub:
      return Op::kSub;
    case Operator::kMul:
      return Op::kMul;
    case Operator::kDiv:
      return Op::kDiv;
    case Operator::kDivBy:
      return Op::kDivBy;
    default:
      return Op::kMod;
  }
}

// What `add` to `mod` give for these operands, neither of them the null literal; kNull if they do
// not go together.
ValueType arithmetic_type(Operator op, const ResultType& a, const ResultType& b) {
  if (is_number(a) && is_number(b)) {
    const bool integers = a.value == ValueType::kInteger && b.value == ValueType::kInteger;
    return integers && op != Operator::kDivBy ? ValueType::kInteger : ValueType::kDouble;
  }
  const bool sum = op == Operator::kAdd || op == Operator::kSub;
  const bool dates = a.value == ValueType::kDateTimeOffset || a.value == ValueType::kDate;
  if (sum && b.value == ValueType::kDuration && (dates || a.value == b.value)) return a.value;
  if (op == Operator::kSub && dates && a.value == b.value) return ValueType::kDuration;
  const bool scales = op == Operator::kMul || op == Operator::kDiv || op == Operator::kDivBy;
  if (scales && a.value == ValueType::kDuration && is_number(b)) return ValueType::kDuration;
  return ValueType::kNull;
}

bool is_zero(const Literal& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer == 0;
  const auto* number = std::get_if<double>(&value);
  return number != nullptr && *number == 0;
}

}  // namespace

base::Error Binder::mismatch(Operator op, NodeIndex left, NodeIndex right,
                             const std::string& where) const {
  return wrong("'" + std::string(syntax::name(op)) + "' does not take " +
               type_name(made_.nodes[left].type) + " and " + type_name(made_.nodes[right].type) +
               " (in " + where + ").");
}

base::Result<NodeIndex> Binder::unary(const Source& source, syntax::NodeIndex at) {
  const syntax::Node& node = source.tree[at];
  const NodeIndex operand = MUSTER_TRY(expression(source, node.first_child));
  const ResultType type = made_.nodes[operand].type;
  if (node.op == Operator::kNot) {
    if (is_boolean(type)) return add(Op::kNot, {.value = ValueType::kBoolean}, 0, {operand});
    return wrong("'not' takes Edm.Boolean, but " + shown(source, node.first_child) + " is " +
                 type_name(type) + ".");
  }
  const bool duration = !type.collection && type.value == ValueType::kDuration;
  if (is_number(type) || duration || is_null(type)) return add(Op::kNegate, type, 0, {operand});
  return wrong("'-' takes a number, but " + shown(source, node.first_child) + " is " +
               type_name(type) + ".");
}

base::Result<NodeIndex> Binder::logic(const Source& source, syntax::NodeIndex at) {
  const syntax::Node& node = source.tree[at];
  std::vector<NodeIndex> operands;
  for (const syntax::NodeIndex child : source.tree.children(at)) {
    operands.push_back(MUSTER_TRY(expression(source, child)));
    const ResultType& type = made_.nodes[operands.back()].type;
    if (is_boolean(type)) continue;
    return wrong("'" + std::string(syntax::name(node.op)) + "' takes Edm.Boolean, but " +
                 shown(source, child) + " is " + type_name(type) + ".");
  }
  return add(node.op == Operator::kOr ? Op::kOr : Op::kAnd, {.value = ValueType::kBoolean}, 0,
             operands);
}

// A chain of operators of one rank leans to the left and may be long: it is walked, not recursed.
base::Result<NodeIndex> Binder::operation(const Source& source, syntax::NodeIndex at) {
  const syntax::Tree& tree = source.tree;
  if (tree[at].op == Operator::kAnd || tree[at].op == Operator::kOr) return logic(source, at);
  const std::vector<syntax::NodeIndex> spine = tree.left_spine(at);
  const syntax::NodeIndex innermost = tree[spine.front()].first_child;
  // `not a eq b` parses as `(not a) eq b`. Where `a` is not Boolean, that can only mean
  // `not (a eq b)`, as Microsoft's guidelines write it.
  const syntax::Node& first = tree[innermost];
  bool negated = first.kind == Kind::kUnary && first.op == Operator::kNot &&
                 !first.has(syntax::Node::kParenthesised);
  NodeIndex left = MUSTER_TRY(expression(source, negated ? first.first_child : innermost));
  if (negated && is_boolean(made_.nodes[left].type)) {
    left = MUSTER_TRY(add(Op::kNot, {.value = ValueType::kBoolean}, 0, {left}));
    negated = false;
  }
  for (const syntax::NodeIndex link : spine) {
    const Operator op = tree[link].op;
    if (op == Operator::kAnd || op == Operator::kOr) {
      return wrong(shown(source, link) + " needs parentheses.");
    }
    if (op == Operator::kIn) {
      left = MUSTER_TRY(in(source, link, left));
    } else {
      const syntax::NodeIndex operand = tree.child(link, 1);
      const NodeIndex right = MUSTER_TRY(expression(source, operand));
      left = MUSTER_TRY(binary(op, left, right, shown(source, link)));
    }
    if (!negated || !is_boolean(made_.nodes[left].type)) continue;
    left = MUSTER_TRY(add(Op::kNot, {.value = ValueType::kBoolean}, 0, {left}));
    negated = false;
  }
  if (!negated) return left;
  return wrong("'not' takes Edm.Boolean, but " + shown(source, first.first_child) + " is " +
               type_name(made_.nodes[left].type) + ".");
}

base::Result<NodeIndex> Binder::binary(Operator op, NodeIndex left, NodeIndex right,
                                       const std::string& where) {
  if (is_comparison(op)) return comparison(op, left, right, where);
  if (op == Operator::kHas) return has(left, right, where);
  return arithmetic(op, left, right, where);
}

base::Result<NodeIndex> Binder::comparison(Operator op, NodeIndex left, NodeIndex right,
                                           const std::string& where) {
  left = MUSTER_TRY(as_type(left, made_.nodes[right].type));
  right = MUSTER_TRY(as_type(right, made_.nodes[left].type));
  const ResultType a = made_.nodes[left].type;
  const ResultType b = made_.nodes[right].type;
  const ResultType result{.value = ValueType::kBoolean};
  const bool with_null = is_null(a) || is_null(b);
  const bool equality = op == Operator::kEq || op == Operator::kNe;
  if (a.collection || b.collection) {
    if (with_null || same_type(a, b)) return not_built("a comparison of collections");
    return mismatch(op, left, right, where);
  }
  if (!with_null && !(is_number(a) && is_number(b)) && !same_type(a, b)) {
    return mismatch(op, left, right, where);
  }
  const bool opaque = a.value == ValueType::kComplex || a.value == ValueType::kBinary ||
                      b.value == ValueType::kComplex || b.value == ValueType::kBinary;
  if (opaque && !with_null) {
    if (equality) {
      return not_built("a comparison of " + type_name(a) + " with anything but null");
    }
    return mismatch(op, left, right, where);
  }
  return add(op_of(op), result, 0, {left, right});
}

base::Result<NodeIndex> Binder::has(NodeIndex left, NodeIndex right, const std::string& where) {
  right = MUSTER_TRY(as_type(right, made_.nodes[left].type));
  const ResultType a = made_.nodes[left].type;
  const ResultType b = made_.nodes[right].type;
  const bool enums =
      a.value == ValueType::kEnum && !a.collection && (is_null(b) || same_type(a, b));
  if (!enums && !(is_null(a) && b.value == ValueType::kEnum)) {
    return mismatch(Operator::kHas, left, right, where);
  }
  return add(Op::kHas, {.value = ValueType::kBoolean}, 0, {left, right});
}

base::Result<NodeIndex> Binder::in(const Source& source, syntax::NodeIndex at, NodeIndex left) {
  const std::string where = shown(source, at);
  const syntax::NodeIndex right = source.tree.child(at, 1);
  const ResultType operand = made_.nodes[left].type;
  if (operand.collection || operand.value == ValueType::kComplex) {
    return wrong("'in' does not take " + type_name(operand) + " (in " + where + ").");
  }
  const Kind kind = source.tree[right].kind;
  if (kind == Kind::kList || kind == Kind::kArray) return in_list(source, right, left, where);
  if (const Source* array = alias_array(source, right)) {
    return in_list(*array, array->tree.root(), left, where);
  }
  const NodeIndex collection = MUSTER_TRY(expression(source, right));
  const ResultType type = made_.nodes[collection].type;
  if (!type.collection) {
    return wrong("'in' takes a list or a collection, but " + shown(source, right) + " is " +
                 type_name(type) + ".");
  }
  ResultType item = type;
  item.collection = false;
  left = MUSTER_TRY(as_type(left, item));
  const ResultType wanted = made_.nodes[left].type;
  const bool fits =
      is_null(wanted) || same_type(wanted, item) || (is_number(wanted) && is_number(item));
  if (!fits || item.value == ValueType::kComplex || item.value == ValueType::kBinary) {
    return mismatch(Operator::kIn, left, collection, where);
  }
  return add(Op::kInCollection, {.value = ValueType::kBoolean}, 0, {left, collection});
}

base::Result<NodeIndex> Binder::in_list(const Source& source, syntax::NodeIndex list,
                                        NodeIndex left, const std::string& where) {
  const ResultType operand = made_.nodes[left].type;
  if (source.tree[list].children > kMaxListItems) {
    return wrong("the list of 'in' has more than " + std::to_string(kMaxListItems) + " items.");
  }
  std::vector<NodeIndex> children = {left};
  for (const syntax::NodeIndex child : source.tree.children(list)) {
    const NodeIndex bound = MUSTER_TRY(expression(source, child));
    const NodeIndex item = MUSTER_TRY(as_type(bound, operand));
    const ResultType type = made_.nodes[item].type;
    if (made_.nodes[item].op != Op::kLiteral) {
      return wrong("the list of 'in' takes literals, but holds " + shown(source, child) + ".");
    }
    const bool fits = is_null(type) || is_null(operand) || same_type(type, operand) ||
                      (is_number(type) && is_number(operand));
    if (!fits) return mismatch(Operator::kIn, left, item, where);
    if (type.value == ValueType::kBinary) return not_built("'in' with Edm.Binary");
    children.push_back(item);
  }
  return add(Op::kIn, {.value = ValueType::kBoolean}, 0, children);
}

base::Result<NodeIndex> Binder::arithmetic(Operator op, NodeIndex left, NodeIndex right,
                                           const std::string& where) {
  const ResultType a = made_.nodes[left].type;
  const ResultType b = made_.nodes[right].type;
  ResultType result;
  if (a.collection || b.collection) return mismatch(op, left, right, where);
  if (is_null(a) || is_null(b)) {
    result.value = is_null(a) ? b.value : a.value;
    const bool counts = is_null(result) || is_number(result) ||
                        result.value == ValueType::kDuration || result.value == ValueType::kDate ||
                        result.value == ValueType::kDateTimeOffset;
    if (!counts) return mismatch(op, left, right, where);
  } else {
    result.value = arithmetic_type(op, a, b);
    if (is_null(result)) return mismatch(op, left, right, where);
  }
  const bool divides = op == Operator::kDiv || op == Operator::kDivBy || op == Operator::kMod;
  if (divides && made_.nodes[right].op == Op::kLiteral && is_zero(made_.literal(right))) {
    return wrong("a division by zero (in " + where + ").");
  }
  return add(op_of(op), result, 0, {left, right});
}

}  // namespace muster::odata
