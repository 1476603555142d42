// The states of resource paths (ABNF section 1) and of member paths (section 4).
#include "odata/syntax/grammar/roles.h"

namespace muster::odata::syntax::grammar {
namespace {

constexpr States kOfEntities = kEntities | kEntitiesCast;
constexpr States kOfEntity = kEntity | kEntityCast | kEntityByKey;
constexpr States kOfComplexes = kComplexes | kComplexesCast;
constexpr States kOfComplex = kComplex | kComplexCast;
constexpr States kWithOperations = kOfEntities | kOfEntity | kOfComplexes | kOfComplex |
                                   kPrimitives | kPrimitive | kStream | kEachOne;
constexpr States kQueryable =
    kOfEntities | kOfEntity | kOfComplexes | kOfComplex | kPrimitives | kPrimitive | kBare;
constexpr States kCountable = kOfEntities | kOfComplexes | kPrimitives;

States only_if(bool condition, States states) {
  return condition ? states : 0;
}

bool is_entity_type(const Names& names, std::string_view name) {
  return names.is_optionally_qualified("entityTypeName", name);
}

bool is_complex_type(const Names& names, std::string_view name) {
  return names.is_optionally_qualified("complexTypeName", name);
}

// What `name` is when it is a cast.
States as_cast(const Names& names, std::string_view name, States states) {
  States out = 0;
  if (is_entity_type(names, name)) {
    out |= only_if((states & kEntities) != 0, kEntitiesCast);
    out |= only_if((states & (kEntity | kEntityByKey)) != 0, kEntityCast);
    out |= only_if((states & kEverything) != 0, kEnd);
  }
  if (is_complex_type(names, name)) {
    out |= only_if((states & kComplexes) != 0, kComplexesCast);
    out |= only_if((states & kComplex) != 0, kComplexCast);
  }
  return out;
}

States as_key_segment(const Names& names, std::string_view text, States states) {
  return only_if((states & (kOfEntities | kEntityByKey)) != 0 && names.is("keyPathLiteral", text),
                 kEntityByKey);
}

// A resource that a path can begin with and that takes no parameters.
States as_root(const Names& names, std::string_view name) {
  if (names.is("entitySetName", name)) return kEntities;
  if (names.is("singletonEntity", name)) return kEntity;
  return only_if(names.is("actionImport", name), kEnd);
}

States after_name(const Names& names, std::string_view name, States states) {
  States out = as_cast(names, name, states) | as_key_segment(names, name, states);
  if ((states & kStart) != 0) {
    const States import = only_if(as_import(names, name) != 0, kBare);
    const States resource = as_root(names, name);
    out |= resource != 0 ? resource : import;
  }
  if ((states & (kOfEntity | kOfComplex)) != 0) out |= as_property(names, name);
  if ((states & kWithOperations) != 0) {
    out |= only_if(names.is_optionally_qualified("action", name), kEnd);
    out |= only_if(as_function(names, name) != 0, kBare);
  }
  return out;
}

States after_call(const Tree& tree, const Names& names, NodeIndex at, States states) {
  const std::string_view name = tree.text(at);
  States out = 0;
  if (are_parameters(tree, names, at)) {
    if ((states & kStart) != 0 && as_root(names, name) == 0) out |= as_import(names, name);
    if ((states & kWithOperations) != 0) out |= as_function(names, name);
  }
  if (is_key(tree, at)) {
    const States named = after_name(names, name, states);
    out |= only_if((named & kOfEntities) != 0, kEntity);
  }
  return out;
}

bool is_ordinal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Any, all, $count, and what else a collection takes in an expression.
constexpr States kCollections = kOfEntities | kOfComplexes | kPrimitives | kAnything;
constexpr States kTakesMembers = kMember | kDirectMember | kEntity | kEntityByKey | kComplex |
                                 kComplexCast | kAnything | kVariable;
constexpr States kTakesFunctions = kTakesMembers | kCollections | kPrimitive | kStream;
constexpr States kNotTheEnd = kMember | kDirectMember | kEntitiesCast | kRootStart;

States member_after_name(const Names& names, std::string_view name, States states) {
  States out = as_key_segment(names, name, states);
  if ((states & kTakesMembers) != 0) out |= as_property(names, name);
  if ((states & kRootStart) != 0) out |= as_root(names, name) & (kEntities | kEntity);
  if (is_entity_type(names, name)) {
    out |= only_if((states & (kEntities | kAnything)) != 0, kEntitiesCast);
  }
  if (is_complex_type(names, name)) {
    out |= only_if((states & (kComplexes | kAnything)) != 0, kPrimitives);
    out |= only_if((states & (kComplex | kAnything)) != 0, kComplexCast);
  }
  const States may_cast = kMember | kEntity | kEntityByKey | kAnything | kVariable;
  if ((states & may_cast) != 0 && (is_entity_type(names, name) || is_complex_type(names, name))) {
    out |= kDirectMember;
  }
  return out;
}

States member_after_call(const Tree& tree, const Names& names, NodeIndex at, States states) {
  const std::string_view name = tree.text(at);
  States out = 0;
  if (are_parameters(tree, names, at)) {
    if ((states & kTakesFunctions) != 0) out |= as_function(names, name);
    if ((states & kRootStart) != 0 && as_root(names, name) == 0) out |= as_import(names, name);
  }
  if (is_key(tree, at)) {
    out |= only_if((member_after_name(names, name, states) & kOfEntities) != 0, kEntity);
  }
  return out;
}

States after_member_segment(const Tree& tree, const Names& names, NodeIndex at, States states) {
  switch (tree[at].kind) {
    case Kind::kIt:
    case Kind::kThis:
      return kVariable;
    case Kind::kRoot:
      return kRootStart;
    case Kind::kAlias:
      return kAnything;
    case Kind::kAnnotation:
      return only_if(
          (states & kTakesFunctions) != 0 && names.is_annotation("termName", tree.text(at)),
          kAnything);
    case Kind::kAny:
    case Kind::kAll:
    case Kind::kCount:
      return only_if((states & kCollections) != 0, kEnd);
    case Kind::kFilterSegment:
      return only_if((states & kOfEntities) != 0, kEntities) |
             only_if((states & (kOfComplexes | kPrimitives | kAnything)) != 0, kPrimitives);
    case Kind::kKeys:
      return only_if((states & kOfEntities) != 0 && is_key(tree, at), kEntity);
    case Kind::kKeySegment:
      return as_key_segment(names, tree.text(at), states);
    case Kind::kCall:
      return member_after_call(tree, names, at, states);
    case Kind::kName:
      return member_after_name(names, tree.text(at), states);
    default:
      return 0;
  }
}

}  // namespace

States after_resource_segment(const Tree& tree, const Names& names, NodeIndex at, States states) {
  switch (tree[at].kind) {
    case Kind::kName:
      return after_name(names, tree.text(at), states);
    case Kind::kCall:
      return after_call(tree, names, at, states);
    case Kind::kKeys:
      return only_if((states & kOfEntities) != 0 && is_key(tree, at), kEntity);
    case Kind::kKeySegment:
      return as_key_segment(names, tree.text(at), states) |
             only_if((states & (kOfComplexes | kPrimitives)) != 0 && is_ordinal(tree.text(at)),
                     kEnd);
    case Kind::kFilterSegment:
      return only_if((states & kOfEntities) != 0, kEntities);
    case Kind::kEach:
      return only_if((states & kOfEntities) != 0, kEachOne);
    case Kind::kCount:
      return only_if((states & kCountable) != 0, kEnd);
    case Kind::kRef:
      return only_if((states & (kOfEntities | kOfEntity)) != 0, kEnd);
    case Kind::kValue:
      return only_if((states & (kOfEntity | kPrimitive)) != 0, kEnd);
    case Kind::kQuery:
      return only_if((states & kQueryable) != 0, kEnd);
    default:
      return 0;
  }
}

bool resource_path_fits(const Tree& tree, const Names& names, NodeIndex path, States start) {
  States states = start;
  for (const NodeIndex segment : tree.children(path)) {
    states = after_resource_segment(tree, names, segment, states);
  }
  return states != 0;
}

// `path` is a kPath or a lone kCall.
bool member_path_fits(const Tree& tree, const Names& names, NodeIndex path) {
  if (tree[path].kind == Kind::kCall) return after_member_segment(tree, names, path, kMember) != 0;
  States states = kMember;
  bool first = true;
  for (const NodeIndex segment : tree.children(path)) {
    states = after_member_segment(tree, names, segment, states);
    // Whatever is nothing else may be the variable of a lambda.
    const bool may_be_variable =
        first && tree[segment].kind == Kind::kName && !tree[segment].has(Node::kQualified);
    if (may_be_variable && (states & ~kNotTheEnd) == 0) states |= kVariable;
    first = false;
  }
  return (states & ~kNotTheEnd) != 0;
}

}  // namespace muster::odata::syntax::grammar
