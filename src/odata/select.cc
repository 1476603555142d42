#include "odata/select.h"

#include <algorithm>

#include "odata/syntax/parse.h"

namespace muster::odata {
namespace {

using base::ErrorCode;
using syntax::Kind;
using syntax::Tree;

base::Error refuse(const std::string& what, ErrorCode code = ErrorCode::kInvalidQuery) {
  return base::fail(code, "The query option '$select' " + what, "$select");
}

base::Error not_built(const std::string& what) {
  return refuse("uses " + what + ", which OData defines, but is not supported here.",
                ErrorCode::kNotImplemented);
}

// Reads the items of one list, in the order in which they stand.
class Selection {
 public:
  Selection(const edm::EntityType& type, QueryOptions& options) : type_(type), options_(options) {
    options_.select = 0;
  }

  base::Status add(const Tree& tree, syntax::NodeIndex item);
  void finish();

 private:
  base::Status add_members(const Tree& tree, syntax::NodeIndex nested, std::size_t ordinal);
  base::Status add_member(std::string_view name, std::size_t ordinal);
  void add_whole(std::size_t ordinal);

  const edm::EntityType& type_;
  QueryOptions& options_;
  bool all_ = false;
  std::vector<std::size_t> ordinals_;  // in the order of the text
};

base::Status Selection::add(const Tree& tree, syntax::NodeIndex item) {
  const syntax::NodeIndex path = tree[item].first_child;
  const syntax::NodeIndex first = tree[path].first_child;
  const Kind kind = tree[first].kind;
  const std::string name(tree.text(first).substr(0, 60));
  if (kind == Kind::kStar && name.empty()) {
    all_ = true;
    return base::done();
  }
  const bool qualified = tree[first].has(syntax::Node::kQualified);
  if (kind != Kind::kName || qualified) return not_built("more than properties and their members");
  const auto ordinal = edm::find_property_any_case(type_.properties, name);
  if (!ordinal || type_.properties[*ordinal].access == edm::Access::kInternal) {
    return refuse("names '" + name + "', which is no property of type 'microsoft.graph." +
                  std::string(type_.name) + "'.");
  }
  if (tree[path].children > 2) return not_built("a path of more than two names");
  const syntax::NodeIndex member = tree[first].next;
  const syntax::NodeIndex nested = tree[path].next;
  if (member == syntax::kNoNode && nested == syntax::kNoNode) {
    add_whole(*ordinal);
    return base::done();
  }
  if (type_.properties[*ordinal].type != edm::Type::kComplex) {
    if (member == syntax::kNoNode) return not_built("options within a property");
    return refuse("names a member of '" + name + "', which has none.");
  }
  if (member == syntax::kNoNode) return add_members(tree, nested, *ordinal);
  if (nested != syntax::kNoNode || tree[member].kind != Kind::kName) {
    return not_built("options within a member");
  }
  return add_member(tree.text(member), *ordinal);
}

base::Status Selection::add_members(const Tree& tree, syntax::NodeIndex nested,
                                    std::size_t ordinal) {
  if (tree[nested].kind != Kind::kSelect || tree[nested].next != syntax::kNoNode) {
    return not_built("options within a property other than $select");
  }
  for (const syntax::NodeIndex item : tree.children(nested)) {
    const syntax::NodeIndex path = tree[item].first_child;
    const syntax::NodeIndex first = tree[path].first_child;
    if (tree[first].kind == Kind::kStar && tree.text(first).empty()) {
      add_whole(ordinal);
      continue;
    }
    const bool plain =
        tree[item].children == 1 && tree[path].children == 1 && tree[first].kind == Kind::kName;
    if (!plain) return not_built("more than names of members within a property");
    MUSTER_TRY(add_member(tree.text(first), ordinal));
  }
  return base::done();
}

base::Status Selection::add_member(std::string_view name, std::size_t ordinal) {
  const edm::ComplexType& complex = *type_.properties[ordinal].complex;
  const auto member = edm::find_property_any_case(complex.properties, name);
  if (!member) {
    return refuse("names '" + std::string(name.substr(0, 60)) +
                  "', which is no member of type 'microsoft.graph." + std::string(complex.name) +
                  "'.");
  }
  const auto found = std::find_if(options_.members.begin(), options_.members.end(),
                                  [&](const auto& one) { return one.ordinal == ordinal; });
  const edm::PropertyMask bit = edm::PropertyMask{1} << *member;
  if (found != options_.members.end()) {
    found->members |= bit;
  } else if ((options_.select >> ordinal & 1) == 0) {
    options_.members.push_back({ordinal, bit});
    ordinals_.push_back(ordinal);
    options_.select |= edm::PropertyMask{1} << ordinal;
  }
  return base::done();
}

void Selection::add_whole(std::size_t ordinal) {
  std::erase_if(options_.members, [&](const auto& one) { return one.ordinal == ordinal; });
  if ((options_.select >> ordinal & 1) == 0) ordinals_.push_back(ordinal);
  options_.select |= edm::PropertyMask{1} << ordinal;
}

void Selection::finish() {
  if (all_) {
    options_.select = edm::kAllProperties;
    options_.members.clear();
    options_.select_text = "*";
    return;
  }
  std::string& text = options_.select_text;
  const auto add = [&text](std::string_view name) { (text += text.empty() ? "" : ",") += name; };
  for (const std::size_t ordinal : ordinals_) {
    const edm::Property& property = type_.properties[ordinal];
    const auto found = std::find_if(options_.members.begin(), options_.members.end(),
                                    [&](const auto& one) { return one.ordinal == ordinal; });
    if (found == options_.members.end()) {
      add(property.name);
      continue;
    }
    for (std::size_t i = 0; i < property.complex->properties.size(); ++i) {
      if ((found->members >> i & 1) == 0) continue;
      add(std::string(property.name) + "/" + std::string(property.complex->properties[i].name));
    }
  }
}

void prune_value(edm::Value& value, edm::PropertyMask members) {
  if (auto* complex = value.get_if<edm::Complex>()) {
    for (std::size_t i = 0; i < complex->members.size(); ++i) {
      if ((members >> i & 1) == 0) complex->members[i] = edm::Absent{};
    }
  } else if (auto* collection = value.get_if<edm::Collection>()) {
    for (edm::Value& item : collection->items) prune_value(item, members);
  }
}

}  // namespace

base::Status read_select(const edm::EntityType& type, std::string_view text,
                         QueryOptions& options) {
  const Tree tree = MUSTER_TRY(syntax::parse_select(text));
  Selection selection(type, options);
  for (const syntax::NodeIndex item : tree.children(tree.root())) {
    MUSTER_TRY(selection.add(tree, item));
  }
  selection.finish();
  return base::done();
}

void prune(edm::Record& record, const QueryOptions& options) {
  for (const MemberSelection& one : options.members) {
    if (!record.has(one.ordinal)) continue;
    edm::Value value = record.at(one.ordinal);
    prune_value(value, one.members);
    record.set(one.ordinal, std::move(value));
  }
}

}  // namespace muster::odata
