// Operators and their precedence (URL Conventions §5.1.1.17): a loop for each chain, recursion only
// into operands that bind tighter.
#include <array>
#include <optional>

#include "odata/syntax/parser.h"

namespace muster::odata::syntax {
namespace {

struct OperatorRow {
  std::string_view word;
  Operator op;
  int binds;  // the higher, the tighter
};

constexpr int kHas = 7;
constexpr std::array kOperators = {
    OperatorRow{"or", Operator::kOr, 1},      OperatorRow{"and", Operator::kAnd, 2},
    OperatorRow{"eq", Operator::kEq, 3},      OperatorRow{"ne", Operator::kNe, 3},
    OperatorRow{"gt", Operator::kGt, 4},      OperatorRow{"ge", Operator::kGe, 4},
    OperatorRow{"lt", Operator::kLt, 4},      OperatorRow{"le", Operator::kLe, 4},
    OperatorRow{"add", Operator::kAdd, 5},    OperatorRow{"sub", Operator::kSub, 5},
    OperatorRow{"mul", Operator::kMul, 6},    OperatorRow{"div", Operator::kDiv, 6},
    OperatorRow{"mod", Operator::kMod, 6},    OperatorRow{"divby", Operator::kDivBy, 6},
    OperatorRow{"has", Operator::kHas, kHas}, OperatorRow{"in", Operator::kIn, kHas},
};

// Takes the operator at the cursor with the blanks around it if it binds at least so tight.
// To the letter blanks are required; else a parenthesis or bracket also parts.
const OperatorRow* take_operator(Reader& in, int least) {
  const std::size_t begin = in.at();
  const bool parted =
      in.take_blanks() > 0 || (!in.strict() && begin > 0 && in.text()[begin - 1] == ')');
  if (parted) {
    for (const OperatorRow& row : kOperators) {
      if (row.binds < least || !in.take_keyword(row.word)) continue;
      const int next = in.peek();
      if (in.take_blanks() > 0 ||
          (!in.strict() && (next == '(' || next == '[' || next == Reader::kEnd)))
        return &row;
      break;
    }
  }
  in.seek(begin);
  return nullptr;
}

bool is_chain(Operator op) {
  return op == Operator::kAnd || op == Operator::kOr;
}

}  // namespace

NodeIndex Parser::operation(Operator op, std::size_t begin, NodeIndex left) {
  TreeBuilder::List operands;
  tree.append(operands, left);
  int binds = 0;
  for (const OperatorRow& row : kOperators) {
    if (row.op == op) binds = row.binds;
  }
  for (;;) {
    const bool either = op == Operator::kIn && in.peek() == '(';
    const std::size_t start = in.at();
    const NodeIndex right = either ? list() : expression(binds + 1);
    if (right == kNoNode) return kNoNode;
    const bool is_enum = tree[right].kind == Kind::kEnum || tree[right].kind == Kind::kString;
    if (op == Operator::kHas && in.strict() && !is_enum) {
      in.seek(start);
      return fail("a literal of an enumeration");
    }
    tree.append(operands, right);
    if (!is_chain(op)) break;
    const std::size_t here = in.at();
    const OperatorRow* next = take_operator(in, binds);
    if (next != nullptr && next->op == op) continue;
    in.seek(here);
    break;
  }
  const NodeIndex node = add(Kind::kOperation, begin, operands);
  if (node != kNoNode) tree[node].op = op;
  return node;
}

NodeIndex Parser::expression() {
  return expression(0);
}

NodeIndex Parser::expression(int least) {
  const std::size_t begin = in.at();
  NodeIndex left = operand();
  while (left != kNoNode) {
    const OperatorRow* row = take_operator(in, least);
    if (row == nullptr) break;
    left = operation(row->op, begin, left);
  }
  return left;
}

// `not` and `-` bind tighter than all but `has` and `in` (§5.1.1.17).
NodeIndex Parser::inversion(std::size_t begin) {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  const NodeIndex node = wrap(Kind::kUnary, begin, expression(kHas));
  if (node != kNoNode) tree[node].op = Operator::kNot;
  return node;
}

NodeIndex Parser::negation() {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  const std::size_t begin = in.at();
  in.skip();
  in.take_blanks();
  const NodeIndex node = wrap(Kind::kUnary, begin, expression(kHas));
  if (node != kNoNode) tree[node].op = Operator::kNegate;
  return node;
}

NodeIndex Parser::parenthesised() {
  const Level level(*this);
  if (!level.fits() || !expect('(', "'('")) return kNoNode;
  in.take_blanks();
  const NodeIndex inner = expression();
  in.take_blanks();
  if (inner == kNoNode || !expect(')', "an operator or ')'")) return kNoNode;
  tree[inner].flags |= Node::kParenthesised;
  return inner;
}

// Right of `in`: literals in parentheses, or any expression in parentheses.
NodeIndex Parser::list() {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  const std::size_t begin = in.at();
  in.skip();
  in.take_blanks();
  TreeBuilder::List elements;
  for (bool first = true; !(first && in.take(')')); first = false) {
    const std::size_t start = in.at();
    const NodeIndex element = expression();
    if (element == kNoNode) return kNoNode;
    const bool is_literal =
        tree[element].kind <= Kind::kGeometry && !tree[element].has(Node::kParenthesised);
    in.take_blanks();
    if (first && !is_literal && in.take(')')) {
      tree[element].flags |= Node::kParenthesised;
      return element;
    }
    if (!is_literal) {
      in.seek(start);
      return fail("a literal of the list");
    }
    tree.append(elements, element);
    if (in.take(')')) break;
    if (!expect(',', "',' or ')'")) return kNoNode;
    in.take_blanks();
  }
  return add(Kind::kList, begin, elements);
}

}  // namespace muster::odata::syntax
