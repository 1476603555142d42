#include "odata/syntax/ast.h"

#include <algorithm>
#include <array>

namespace muster::odata::syntax {
namespace {

constexpr std::array<std::string_view, 19> kOperatorNames = {
    "",    "or", "and", "not", "eq",  "ne",  "gt",    "ge",  "lt", "le",
    "has", "in", "add", "sub", "mul", "div", "divby", "mod", "-"};
static_assert(kOperatorNames[static_cast<std::size_t>(Operator::kNegate)] == "-");

// In the order of Kind.
constexpr std::array<std::string_view, 67> kKindNames = {
    "null",       "boolean",    "integer",
    "decimal",    "double",     "string",
    "guid",       "date",       "dateTimeOffset",
    "timeOfDay",  "duration",   "binary",
    "enum",       "geography",  "geometry",
    "array",      "object",     "member",
    "list",       "unary",      "operation",
    "call",       "argument",   "cast",
    "isof",       "case",       "branch",
    "type",       "path",       "name",
    "$it",        "$this",      "$root",
    "alias",      "annotation", "key",
    "keys",       "any",        "all",
    "$count",     "$filter()",  "star",
    "$ref",       "$value",     "$each",
    "$query",     "filter",     "orderby",
    "item",       "select",     "item",
    "expand",     "item",       "compute",
    "item",       "search",     "skip",
    "top",        "count",      "levels",
    "aliasValue", "word",       "phrase",
    "text",       "NOT",        "AND",
    "OR"};
static_assert(kKindNames[static_cast<std::size_t>(Kind::kPath)] == "path");
static_assert(kKindNames[static_cast<std::size_t>(Kind::kSearchOr)] == "OR");

std::string head(const Tree& tree, NodeIndex index) {
  const Node& node = tree[index];
  std::string out(node.op == Operator::kNone ? kKindNames[static_cast<std::size_t>(node.kind)]
                                             : name(node.op));
  if (node.has(Node::kParenthesised)) out += "()";
  if (node.has(Node::kDescending)) out += " desc";
  if (node.text_length > 0 || node.kind == Kind::kString) {
    out += ':';
    out += tree.text(index);
  }
  return out;
}

void print(const Tree& tree, NodeIndex index, std::string& out);

void print_operation(const Tree& tree, NodeIndex index, std::string& out) {
  const std::vector<NodeIndex> spine = tree.left_spine(index);
  for (std::size_t i = spine.size(); i-- > 0;) {
    out += '(';
    out += head(tree, spine[i]);
    out += ' ';
  }
  print(tree, tree[spine.front()].first_child, out);
  for (const NodeIndex node : spine) {
    NodeIndex operand = tree[tree[node].first_child].next;
    for (; operand != kNoNode; operand = tree[operand].next) {
      out += ' ';
      print(tree, operand, out);
    }
    out += ')';
  }
}

void print(const Tree& tree, NodeIndex index, std::string& out) {
  const Node& node = tree[index];
  if (node.kind == Kind::kOperation) return print_operation(tree, index, out);
  if (node.children == 0) {
    out += head(tree, index);
    return;
  }
  out += '(';
  out += head(tree, index);
  for (const NodeIndex child : tree.children(index)) {
    out += ' ';
    print(tree, child, out);
  }
  out += ')';
}

}  // namespace

std::string_view name(Operator op) {
  return kOperatorNames[static_cast<std::size_t>(op)];
}

NodeIndex Tree::child(NodeIndex index, std::size_t n) const {
  NodeIndex at = nodes_[index].first_child;
  for (; n > 0 && at != kNoNode; --n) at = nodes_[at].next;
  return at;
}

std::vector<NodeIndex> Tree::left_spine(NodeIndex index) const {
  std::vector<NodeIndex> spine;
  for (; nodes_[index].kind == Kind::kOperation; index = nodes_[index].first_child) {
    spine.push_back(index);
  }
  std::reverse(spine.begin(), spine.end());
  return spine;
}

std::string to_string(const Tree& tree) {
  std::string out;
  if (tree.size() > 0) print(tree, tree.root(), out);
  return out;
}

}  // namespace muster::odata::syntax
