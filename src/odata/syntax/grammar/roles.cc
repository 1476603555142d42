#include "odata/syntax/grammar/roles.h"

#include <array>
#include <vector>

#include "odata/syntax/parser.h"

namespace muster::odata::syntax::grammar {
namespace {

struct Row {
  std::string_view role;
  States state;
};

// The alternatives of a rule are tried in order, and the first that fits is the one.
States look_up(const Names& names, const auto& rows, std::string_view name, bool qualified) {
  for (const Row& row : rows) {
    const bool is =
        qualified ? names.is_optionally_qualified(row.role, name) : names.is(row.role, name);
    if (is) return row.state;
  }
  return 0;
}

// keyPropertyValue: a literal of a type that a key may have, or an alias.
bool is_key_value(const Tree& tree, NodeIndex at) {
  switch (tree[at].kind) {
    case Kind::kBoolean:
    case Kind::kInteger:
    case Kind::kDecimal:
    case Kind::kDouble:
    case Kind::kString:
    case Kind::kGuid:
    case Kind::kDate:
    case Kind::kDateTimeOffset:
    case Kind::kTimeOfDay:
    case Kind::kDuration:
    case Kind::kEnum:
      return true;
    case Kind::kPath:
      return tree[at].children == 1 && tree[tree[at].first_child].kind == Kind::kAlias;
    default:
      return false;
  }
}

bool enum_fits(const Tree& tree, const Names& names, NodeIndex at) {
  if (!names.is_qualified("enumerationTypeName", tree.text(tree[at].first_child))) return false;
  std::string_view members = tree.text(at);
  for (;;) {
    const std::size_t comma = members.find(',');
    const std::string_view member = members.substr(0, comma);
    if (is_identifier_start(static_cast<unsigned char>(member.front())) &&
        !names.is("enumerationMember", member)) {
      return false;
    }
    if (comma == std::string_view::npos) return true;
    members.remove_prefix(comma + 1);
  }
}

bool node_fits(const Tree& tree, const Names& names, NodeIndex at, Kind parent) {
  switch (tree[at].kind) {
    case Kind::kPath:
      return parent == Kind::kSelectItem || parent == Kind::kExpandItem ||
             member_path_fits(tree, names, at);
    case Kind::kSelectItem:
      return select_item_fits(tree, names, at);
    case Kind::kExpandItem:
      return expand_item_fits(tree, names, at);
    case Kind::kCall:
      return parent == Kind::kPath || is_canonical_function(tree.text(at)) ||
             member_path_fits(tree, names, at);
    case Kind::kTypeName:
      return parent == Kind::kEnum || names.is_type(tree.text(at), false);
    case Kind::kEnum:
      return enum_fits(tree, names, at);
    default:
      return true;
  }
}

}  // namespace

States as_property(const Names& names, std::string_view name) {
  constexpr std::array kRows = {
      Row{"entityColNavigationProperty", kEntities}, Row{"entityNavigationProperty", kEntity},
      Row{"complexColProperty", kComplexes},         Row{"complexProperty", kComplex},
      Row{"primitiveColProperty", kPrimitives},      Row{"primitiveKeyProperty", kPrimitive},
      Row{"primitiveNonKeyProperty", kPrimitive},    Row{"streamProperty", kStream},
  };
  return look_up(names, kRows, name, false);
}

States as_function(const Names& names, std::string_view name) {
  constexpr std::array kRows = {
      Row{"entityColFunction", kEntities},      Row{"entityFunction", kEntity},
      Row{"complexColFunction", kComplexes},    Row{"complexFunction", kComplex},
      Row{"primitiveColFunction", kPrimitives}, Row{"primitiveFunction", kPrimitive},
  };
  return look_up(names, kRows, name, true);
}

States as_import(const Names& names, std::string_view name) {
  constexpr std::array kRows = {
      Row{"entityColFunctionImport", kEntities},      Row{"entityFunctionImport", kEntity},
      Row{"complexColFunctionImport", kComplexes},    Row{"complexFunctionImport", kComplex},
      Row{"primitiveColFunctionImport", kPrimitives}, Row{"primitiveFunctionImport", kPrimitive},
  };
  return look_up(names, kRows, name, false);
}

bool is_key(const Tree& tree, NodeIndex at) {
  const Node& node = tree[at];
  if (node.children == 0) return false;
  // No blanks: the parts fill the whole. `(`, commas, `)` and in a pair the `=`.
  std::size_t length = node.children + 1;
  if (node.kind == Kind::kCall) length += node.text_length;
  for (const NodeIndex child : tree.children(at)) {
    const bool named = tree[child].kind == Kind::kArgument;
    if (!is_key_value(tree, named ? tree[child].first_child : child)) return false;
    if (!named && node.children > 1) return false;
    length += tree[child].length;
  }
  return length == node.length;
}

bool are_parameters(const Tree& tree, const Names& names, NodeIndex call) {
  for (const NodeIndex child : tree.children(call)) {
    if (tree[child].kind != Kind::kArgument || !names.is("parameterName", tree.text(child))) {
      return false;
    }
  }
  return true;
}

bool names_fit(const Tree& tree, const Names& names, NodeIndex resource) {
  std::vector<Kind> parents(tree.size(), Kind::kNull);
  for (NodeIndex at = 0; at < tree.size(); ++at) {
    for (const NodeIndex child : tree.children(at)) parents[child] = tree[at].kind;
  }
  for (NodeIndex at = 0; at < tree.size(); ++at) {
    if (at != resource && !node_fits(tree, names, at, parents[at])) return false;
  }
  return true;
}

}  // namespace muster::odata::syntax::grammar
