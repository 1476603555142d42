// Paths of $select and $expand (ABNF section 2).
#include "odata/syntax/grammar/roles.h"

namespace muster::odata::syntax::grammar {
namespace {

// Where an item can be after a segment; those that may be last are said to be.
constexpr States kItemStart = 1;
constexpr States kAfterCast = 2;    // a property or operation must follow
constexpr States kPathNext = 4;     // a property must follow
constexpr States kSimple = 8;       // last; no options
constexpr States kCollection = 16;  // last; the options of collections
constexpr States kStructure = 32;   // last, any options; or a cast or property follows
constexpr States kStructureCast = 64;
constexpr States kNavigation = 128;  // last, any options; or a cast, $ref or $count follows
constexpr States kNavigationCast = 256;
constexpr States kAllProperties = 512;  // `*`: last, or $ref follows

States after_select_name(const Names& names, const Node& node, std::string_view name,
                         States states) {
  States out = 0;
  const bool qualified = node.has(Node::kQualified);
  if (!qualified) {
    const bool is_structure =
        names.is("complexProperty", name) || names.is("complexColProperty", name);
    if (names.is_property(name) || names.is_navigation(name)) out |= kSimple;
    if (names.is("primitiveColProperty", name)) out |= kCollection;
    if (is_structure) out |= kStructure;
  }
  const bool is_complex = names.is_optionally_qualified("complexTypeName", name);
  if ((states & kStructure) != 0 && is_complex) out |= kStructureCast;
  if ((states & (kItemStart | kAfterCast)) != 0) {
    if (names.is_optionally_qualified("action", name) || as_function(names, name) != 0) {
      out |= kSimple;
    }
  }
  if ((states & kItemStart) != 0 &&
      (is_complex || names.is_optionally_qualified("entityTypeName", name))) {
    out |= kAfterCast;
  }
  return out;
}

States after_select_segment(const Tree& tree, const Names& names, NodeIndex at, States states) {
  const std::string_view text = tree.text(at);
  constexpr States kOpenStates = kItemStart | kAfterCast | kStructure | kStructureCast;
  if ((states & kOpenStates) == 0) return 0;
  switch (tree[at].kind) {
    case Kind::kStar:
      return (states & kItemStart) != 0 && (text.empty() || names.is_namespace(text)) ? kSimple : 0;
    case Kind::kAnnotation: {
      States out = 0;
      if (names.is_annotation("primitiveAnnotationInQuery", text)) out |= kSimple;
      if (names.is_annotation("primitiveColAnnotationInQuery", text)) out |= kCollection;
      if (names.is_annotation("complexAnnotationInQuery", text)) out |= kStructure;
      return out;
    }
    case Kind::kCall: {
      for (const NodeIndex parameter : tree.children(at)) {
        if (!names.is("parameterName", tree.text(parameter))) return 0;
      }
      const bool may_be = (states & (kItemStart | kAfterCast)) != 0;
      return may_be && as_function(names, text) != 0 ? kSimple : 0;
    }
    case Kind::kName:
      return after_select_name(names, tree[at], text, states);
    default:
      return 0;
  }
}

bool is_option_of_collections(Kind kind) {
  return kind == Kind::kFilter || kind == Kind::kSearch || kind == Kind::kInlineCount ||
         kind == Kind::kOrderBy || kind == Kind::kSkip || kind == Kind::kTop;
}

States after_expand_name(const Names& names, std::string_view name, States states) {
  States out = 0;
  const bool is_entity = names.is_optionally_qualified("entityTypeName", name);
  if ((states & (kItemStart | kAfterCast | kPathNext)) != 0) {
    if (names.is_navigation(name)) out |= kNavigation;
    if (names.is("complexProperty", name) || names.is("complexColProperty", name) ||
        names.is_optionally_qualified("complexTypeName", name)) {
      out |= kPathNext;
    }
    if (names.is("streamProperty", name)) out |= kSimple;
  }
  if ((states & kItemStart) != 0 && is_entity) out |= kAfterCast;
  if ((states & kNavigation) != 0 && is_entity) out |= kNavigationCast;
  return out;
}

States after_expand_segment(const Tree& tree, const Names& names, NodeIndex at, States states) {
  const std::string_view text = tree.text(at);
  const bool is_open = (states & (kItemStart | kAfterCast | kPathNext)) != 0;
  switch (tree[at].kind) {
    case Kind::kValue:
      return (states & kItemStart) != 0 ? kSimple : 0;
    case Kind::kStar:
      return is_open ? kAllProperties : 0;
    case Kind::kRef:
    case Kind::kCount:
      return (states & (kNavigation | kNavigationCast | kAllProperties)) != 0 ? kStructure : 0;
    case Kind::kAnnotation: {
      if (!is_open) return 0;
      States out = 0;
      if (names.is_annotation("entityAnnotationInQuery", text)) out |= kNavigation;
      if (names.is_annotation("complexAnnotationInQuery", text)) out |= kPathNext;
      return out;
    }
    case Kind::kName:
      return after_expand_name(names, text, states);
    default:
      return 0;
  }
}

}  // namespace

bool select_item_fits(const Tree& tree, const Names& names, NodeIndex item) {
  States states = kItemStart;
  const NodeIndex path = tree[item].first_child;
  for (const NodeIndex segment : tree.children(path)) {
    states = after_select_segment(tree, names, segment, states);
  }
  bool any_options = false;
  bool only_of_collections = true;
  for (NodeIndex option = tree[path].next; option != kNoNode; option = tree[option].next) {
    any_options = true;
    only_of_collections = only_of_collections && is_option_of_collections(tree[option].kind);
  }
  States accepted = kStructure | kStructureCast;
  if (!any_options) accepted |= kSimple;
  if (only_of_collections) accepted |= kCollection;
  return (states & accepted) != 0;
}

bool expand_item_fits(const Tree& tree, const Names& names, NodeIndex item) {
  States states = kItemStart;
  const NodeIndex path = tree[item].first_child;
  for (const NodeIndex segment : tree.children(path)) {
    states = after_expand_segment(tree, names, segment, states);
  }
  States accepted = kStructure | kNavigation | kNavigationCast | kAllProperties;
  if (tree[path].next == kNoNode) accepted |= kSimple;
  return (states & accepted) != 0;
}

}  // namespace muster::odata::syntax::grammar
