#include "odata/bind.h"

#include <utility>

#include "odata/binder.h"

namespace muster::odata {
namespace {

using base::ErrorCode;
using syntax::Kind;

constexpr std::size_t kMaxOpenAliases = 10;
// Octets of a text in a position: the first text among the keys, and each further one.
constexpr std::uint32_t kFirstTextOctets = 1'024;
constexpr std::uint32_t kNextTextOctets = 256;

bool is_segment(Kind kind) {
  return kind >= Kind::kPath && kind <= Kind::kQuery;
}

// Whether a qualified name means that type of the model.
bool names_type(std::string_view name, std::string_view type) {
  for (const std::string_view space : {edm::kNamespace, edm::kNamespaceAlias}) {
    if (name.size() == space.size() + 1 + type.size() && name.starts_with(space) &&
        name[space.size()] == '.' && name.ends_with(type)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Binder::Binder(const BindContext& context, std::string_view option)
    : context_(context), option_(option) {
  made_.type = &context.type;
}

base::Error Binder::wrong(const std::string& what) const {
  return base::fail(ErrorCode::kInvalidQuery,
                    "The query option '" + std::string(option_) + "': " + what,
                    std::string(option_));
}

base::Error Binder::not_built(const std::string& what) const {
  return base::fail(ErrorCode::kNotImplemented,
                    "The query option '" + std::string(option_) + "': " + what +
                        " is defined by OData, but not supported here.",
                    std::string(option_));
}

std::string Binder::shown(const Source& source, syntax::NodeIndex at) const {
  const syntax::Node& node = source.tree[at];
  if (node.kind == Kind::kString || node.kind == Kind::kBinary) return "the text";
  constexpr std::size_t kMost = 60;
  if (node.offset >= source.text.size()) return "the operand";
  std::string text = source.text.substr(node.offset, std::min<std::size_t>(node.length, kMost));
  while (node.length > kMost && !text.empty() && (text.back() & 0x80) != 0) text.pop_back();
  return "'" + text + (node.length > kMost ? "…'" : "'");
}

base::Result<NodeIndex> Binder::add(Op op, ResultType type, std::uint32_t index,
                                    const std::vector<NodeIndex>& children) {
  if (made_.nodes.size() >= kMaxExpressionNodes) {
    return wrong("it has more than " + std::to_string(kMaxExpressionNodes) + " parts.");
  }
  std::size_t depth = 0;
  for (const NodeIndex child : children) depth = std::max<std::size_t>(depth, depths_[child]);
  if (depth >= kMaxExpressionDepth) {
    return wrong("it is nested more than " + std::to_string(kMaxExpressionDepth) + " levels deep.");
  }
  Node node{.op = op, .type = type, .index = index};
  node.first = static_cast<std::uint32_t>(made_.child_indexes.size());
  node.count = static_cast<std::uint32_t>(children.size());
  made_.child_indexes.insert(made_.child_indexes.end(), children.begin(), children.end());
  if (op == Op::kProperty) made_.properties |= edm::PropertyMask{1} << index;
  made_.nodes.push_back(node);
  depths_.push_back(static_cast<std::uint16_t>(depth + 1));
  return static_cast<NodeIndex>(made_.nodes.size() - 1);
}

base::Result<NodeIndex> Binder::add_literal(Literal value, ResultType type) {
  made_.literals.push_back(std::move(value));
  return add(Op::kLiteral, type, static_cast<std::uint32_t>(made_.literals.size() - 1), {});
}

Expression Binder::take(NodeIndex root) {
  made_.root = root;
  return std::move(made_);
}

base::Result<NodeIndex> Binder::expression(const Source& source, syntax::NodeIndex at) {
  const Kind kind = source.tree[at].kind;
  if (kind == Kind::kCall) return call(source, at);
  if (is_segment(kind)) return path(source, at);
  switch (kind) {
    case Kind::kUnary:
      return unary(source, at);
    case Kind::kOperation:
      return operation(source, at);
    case Kind::kCast:
      return cast(source, at);
    case Kind::kIsOf:
      return not_built("'isof'");
    case Kind::kCase:
      return not_built("'case'");
    case Kind::kArray:
    case Kind::kList:
    case Kind::kObject:
      return wrong(shown(source, at) + " is no operand of an operation.");
    default:
      return literal(source, at);
  }
}

base::Result<NodeIndex> Binder::condition(const Source& source, syntax::NodeIndex at) {
  const NodeIndex node = MUSTER_TRY(expression(source, at));
  const ResultType& type = made_.nodes[node].type;
  const bool fits = type.value == ValueType::kBoolean || type.value == ValueType::kNull;
  if (fits && !type.collection) return node;
  return wrong(shown(source, at) + " is " + type_name(type) + ", not Edm.Boolean.");
}

base::Result<NodeIndex> Binder::path(const Source& source, syntax::NodeIndex at) {
  const syntax::Tree& tree = source.tree;
  if (tree[at].kind != Kind::kPath) {
    const Place place = MUSTER_TRY(first_segment(source, at));
    if (place.value) return *place.value;
    return wrong(shown(source, at) + " is an entity, which is no operand.");
  }
  std::optional<Place> place;
  for (const syntax::NodeIndex segment : tree.children(at)) {
    place = place ? MUSTER_TRY(next_segment(source, segment, *place))
                  : MUSTER_TRY(first_segment(source, segment));
  }
  if (place && place->value) return *place->value;
  return wrong(shown(source, at) + " is an entity, which is no operand.");
}

base::Result<Binder::Place> Binder::first_segment(const Source& source, syntax::NodeIndex at) {
  const std::string name(source.tree.text(at));
  const auto variable = [&](std::size_t number) -> base::Result<Place> {
    return Place{MUSTER_TRY(
        add(Op::kVariable, variables_[number].item, static_cast<std::uint32_t>(number), {}))};
  };
  switch (source.tree[at].kind) {
    case Kind::kName:
      for (std::size_t i = variables_.size(); i-- > 0;) {
        if (variables_[i].name == name) return variable(i);
      }
      if (this_) return name_on(source, at, MUSTER_TRY(variable(*this_)));
      return name_on(source, at, Place{});
    case Kind::kIt:
      if (context_.items_of != nullptr) return variable(0);
      return Place{};
    case Kind::kThis:
      return this_ ? variable(*this_) : Place{};
    case Kind::kAlias:
      return Place{MUSTER_TRY(alias(name))};
    case Kind::kCall:
      return Place{MUSTER_TRY(call(source, at))};
    case Kind::kRoot:
      return not_built("'$root'");
    case Kind::kAnnotation:
      return not_built("the annotation " + shown(source, at));
    case Kind::kAny:
    case Kind::kAll:
    case Kind::kCount:
    case Kind::kFilterSegment:
      return wrong(shown(source, at) + " follows no collection.");
    default:
      return wrong(shown(source, at) + " names no property.");
  }
}

base::Result<Binder::Place> Binder::next_segment(const Source& source, syntax::NodeIndex at,
                                                 const Place& place) {
  const ResultType type = place.value ? made_.nodes[*place.value].type : ResultType{};
  switch (source.tree[at].kind) {
    case Kind::kName:
      return name_on(source, at, place);
    case Kind::kAny:
    case Kind::kAll:
    case Kind::kCount:
      if (!type.collection) return wrong(shown(source, at) + " follows no collection.");
      return Place{MUSTER_TRY(over_items(source, at, *place.value))};
    case Kind::kFilterSegment:
      return not_built("the segment '$filter(…)'");
    case Kind::kAnnotation:
      return not_built("the annotation " + shown(source, at));
    case Kind::kCall:
      return not_built("the function " + shown(source, at) + " on a path");
    default:
      return wrong(shown(source, at) + " cannot stand in a path here.");
  }
}

base::Result<Binder::Place> Binder::name_on(const Source& source, syntax::NodeIndex at,
                                            const Place& place) {
  const std::string_view name = source.tree.text(at);
  const bool qualified = source.tree[at].has(syntax::Node::kQualified);
  if (!place.value) {
    if (!qualified) return property(name);
    if (names_type(name, context_.type.name)) return place;
    return wrong(shown(source, at) + " is no type that " + std::string(edm::kNamespace) + "." +
                 std::string(context_.type.name) + " can be cast to.");
  }
  const ResultType type = made_.nodes[*place.value].type;
  if (type.value != ValueType::kComplex) {
    return wrong(shown(source, at) + " follows a value of " + type_name(type) +
                 ", which has no members.");
  }
  if (qualified && names_type(name, type.complex->name)) return place;
  if (type.collection) {
    return wrong(shown(source, at) + " follows a collection: use any, all or $count.");
  }
  const auto ordinal = edm::find_property_any_case(type.complex->properties, name);
  if (!ordinal) {
    return wrong(shown(source, at) + " is no member of " + type_name(type) + ".");
  }
  ResultType member = type_of(type.complex->properties[*ordinal]);
  member.exact = member.exact || type.exact;
  return Place{
      MUSTER_TRY(add(Op::kMember, member, static_cast<std::uint32_t>(*ordinal), {*place.value}))};
}

base::Result<Binder::Place> Binder::property(std::string_view name) {
  const auto ordinal = edm::find_property_any_case(context_.type.properties, name);
  if (!ordinal || context_.type.properties[*ordinal].access == edm::Access::kInternal) {
    return wrong("'" + std::string(name.substr(0, 60)) + "' is no property of " +
                 std::string(edm::kNamespace) + "." + std::string(context_.type.name) + ".");
  }
  ResultType type = type_of(context_.type.properties[*ordinal]);
  type.exact = type.exact || *ordinal == 0;
  if ((context_.hidden >> *ordinal & 1) != 0) return Place{MUSTER_TRY(add_literal({}, type))};
  return Place{MUSTER_TRY(add(Op::kProperty, type, static_cast<std::uint32_t>(*ordinal), {}))};
}

base::Result<NodeIndex> Binder::alias(std::string_view name) {
  const auto found = context_.aliases.find(name);
  if (found == context_.aliases.end()) return add_literal({}, {});
  if (aliases_open_ >= kMaxOpenAliases) {
    return wrong("the aliases around '@" + std::string(name) + "' stand for each other.");
  }
  ++aliases_open_;
  auto node = expression(found->second, found->second.tree.root());
  --aliases_open_;
  return node;
}

const Source* Binder::alias_array(const Source& source, syntax::NodeIndex at) const {
  const syntax::Tree& tree = source.tree;
  if (tree[at].kind == Kind::kPath && tree[at].children == 1) at = tree[at].first_child;
  if (tree[at].kind != Kind::kAlias) return nullptr;
  const auto found = context_.aliases.find(tree.text(at));
  if (found == context_.aliases.end()) return nullptr;
  const Kind kind = found->second.tree[found->second.tree.root()].kind;
  return kind == Kind::kArray || kind == Kind::kList ? &found->second : nullptr;
}

base::Result<NodeIndex> Binder::over_items(const Source& source, syntax::NodeIndex at,
                                           NodeIndex collection) {
  const syntax::Node& node = source.tree[at];
  ResultType item = made_.nodes[collection].type;
  item.collection = false;
  std::vector<NodeIndex> children = {collection};
  const auto depth = static_cast<std::uint32_t>(variables_.size());
  syntax::NodeIndex predicate = node.first_child;
  std::string name(source.tree.text(at));
  const bool counts = node.kind == Kind::kCount;
  if (counts && predicate != syntax::kNoNode) {
    const bool filter = source.tree[predicate].kind == Kind::kFilter;
    if (!filter || node.children > 1) return not_built("'$search' within '$count'");
    predicate = source.tree[predicate].first_child;
    name = "$this";
  }
  if (predicate != syntax::kNoNode) {
    for (const Variable& other : variables_) {
      if (!counts && other.name == name) {
        return wrong("the variable '" + name + "' is used twice, one within the other.");
      }
    }
    variables_.push_back({name, item});
    const auto before = counts ? std::exchange(this_, variables_.size() - 1) : this_;
    auto bound = condition(source, predicate);
    this_ = before;
    variables_.pop_back();
    children.push_back(MUSTER_TRY(std::move(bound)));
  }
  if (counts) return add(Op::kCount, {.value = ValueType::kInteger}, depth, children);
  const Op op = node.kind == Kind::kAny ? Op::kAny : Op::kAll;
  if (op == Op::kAll && children.size() < 2) return wrong("'all' needs a condition.");
  return add(op, {.value = ValueType::kBoolean}, depth, children);
}

base::Result<NodeIndex> Binder::item_condition(const Source& source, syntax::NodeIndex at) {
  const Place items = MUSTER_TRY(property(context_.items_of->name));
  ResultType item = made_.nodes[*items.value].type;
  item.collection = false;
  variables_.push_back({"$it", item});
  this_ = 0;
  const NodeIndex bound = MUSTER_TRY(condition(source, at));
  return add(Op::kAny, {.value = ValueType::kBoolean}, 0, {*items.value, bound});
}

base::Result<Expression> bind_condition(const BindContext& context, const Source* filter,
                                        const Source* search) {
  Binder binder(context, "$filter");
  std::vector<NodeIndex> parts;
  if (filter != nullptr) {
    const syntax::Node& root = filter->tree[filter->tree.root()];
    parts.push_back(MUSTER_TRY(context.items_of == nullptr
                                   ? binder.condition(*filter, root.first_child)
                                   : binder.item_condition(*filter, root.first_child)));
  }
  if (search != nullptr) {
    binder.set_option("$search");
    const syntax::Node& root = search->tree[search->tree.root()];
    parts.push_back(MUSTER_TRY(binder.search(*search, root.first_child)));
  }
  if (parts.size() == 1) return binder.take(parts[0]);
  return binder.take(MUSTER_TRY(binder.add(Op::kAnd, {.value = ValueType::kBoolean}, 0, parts)));
}

base::Result<Order> bind_order(const BindContext& context, const Source& orderby) {
  Binder binder(context, "$orderby");
  const syntax::Tree& tree = orderby.tree;
  Order order;
  if (tree[tree.root()].children > kMaxOrderKeys) {
    return binder.wrong("it has more than " + std::to_string(kMaxOrderKeys) + " keys.");
  }
  bool by_key = false;
  std::uint32_t text_octets = kFirstTextOctets;
  for (const syntax::NodeIndex item : tree.children(tree.root())) {
    const NodeIndex node = MUSTER_TRY(binder.expression(orderby, tree[item].first_child));
    const ResultType& type = binder[node].type;
    if (type.collection || type.value == ValueType::kComplex) {
      return binder.wrong(binder.shown(orderby, tree[item].first_child) + " is " + type_name(type) +
                          ", which has no order.");
    }
    if (type.value == ValueType::kBinary) return binder.not_built("an order by Edm.Binary");
    const bool descending = tree[item].has(syntax::Node::kDescending);
    if (by_key) continue;  // entities differ in their keys: nothing after it matters
    order.descending = descending;
    by_key = binder[node].op == Op::kProperty && binder[node].index == 0;
    if (by_key) continue;
    const bool text = type.value == ValueType::kString || type.value == ValueType::kGuid;
    order.keys.push_back({node, descending, text ? text_octets : 0});
    if (text) text_octets = kNextTextOctets;
  }
  order.expression = binder.take(0);
  return order;
}

}  // namespace muster::odata
