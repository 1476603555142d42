#include "odata/expand.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "odata/path_operations.h"
#include "odata/query_items.h"
#include "odata/syntax/parse.h"

namespace muster::odata {
namespace {

using base::ErrorCode;
using syntax::Kind;
using syntax::NodeIndex;
using syntax::Tree;
using Form = ExpandItem::Form;

base::Error refuse(const std::string& what, ErrorCode code = ErrorCode::kInvalidQuery) {
  return base::fail(code, "The query option '$expand' " + what, "$expand");
}

// The option that a nested node is the value of.
std::string_view option_name(Kind kind) {
  switch (kind) {
    case Kind::kFilter:
      return "$filter";
    case Kind::kOrderBy:
      return "$orderby";
    case Kind::kSelect:
      return "$select";
    case Kind::kExpand:
      return "$expand";
    case Kind::kCompute:
      return "$compute";
    case Kind::kSearch:
      return "$search";
    case Kind::kSkip:
      return "$skip";
    case Kind::kTop:
      return "$top";
    case Kind::kInlineCount:
      return "$count";
    default:
      return "$levels";
  }
}

void add_item(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += base::percent_encode(name);
  query += '=';
  query += base::percent_encode(value);
}

// The parameter aliases of a query, as they stand in it.
base::Result<std::string> aliases_of(std::string_view query) {
  std::string aliases;
  while (!query.empty()) {
    const QueryItem item = next_item(query);
    const std::string name = MUSTER_TRY(decode_query(item.name));
    if (!name.starts_with('@')) continue;
    if (!aliases.empty()) aliases += '&';
    aliases.append(item.name).append("=").append(item.value);
  }
  return aliases;
}

Shape shape_of(const edm::EntitySet& set, Form form) {
  if (form == Form::kCount) return Shape::kCount;
  if (!set.singleton) return Shape::kCollection;
  return form == Form::kEntities ? Shape::kEntity : Shape::kNothing;
}

class Expansion {
 public:
  Expansion(std::string_view text, std::string aliases, std::span<const edm::EntitySet* const> sets)
      : text_(text), aliases_(std::move(aliases)), sets_(sets) {}

  base::Status add(const Tree& tree, NodeIndex item);
  // What `*` stands for, once every item is known, and the options of all.
  base::Result<std::vector<ExpandItem>> finish(
      const std::function<edm::PropertyMask(const edm::EntitySet&)>& hidden);

 private:
  struct Found {
    const edm::EntitySet* set = nullptr;
    Form form = Form::kEntities;
    std::string query = {};
  };
  base::Status add_all(const Tree& tree, NodeIndex path);
  [[nodiscard]] bool has(const edm::EntitySet& set) const {
    return std::any_of(found_.begin(), found_.end(),
                       [&set](const Found& one) { return one.set == &set; });
  }
  [[nodiscard]] std::string nested_query(const Tree& tree, NodeIndex option) const;

  std::string_view text_;
  std::string aliases_;
  std::span<const edm::EntitySet* const> sets_;
  std::vector<Found> found_;
  std::optional<Form> all_;
};

base::Status Expansion::add_all(const Tree& tree, NodeIndex path) {
  if (all_) return refuse("has '*' twice.");
  if (tree[path].next != syntax::kNoNode) {
    return refuse("uses '$levels', which is not supported here.", ErrorCode::kNotImplemented);
  }
  all_ = tree[path].children > 1 ? Form::kReferences : Form::kEntities;
  return base::done();
}

base::Status Expansion::add(const Tree& tree, NodeIndex item) {
  const NodeIndex path = tree[item].first_child;
  NodeIndex segment = tree[path].first_child;
  if (tree[segment].kind == Kind::kStar) return add_all(tree, path);
  const std::string name(tree.text(segment).substr(0, 60));
  const auto set = std::find_if(sets_.begin(), sets_.end(), [&](const edm::EntitySet* one) {
    return base::equal_ignoring_case(one->name, name);
  });
  if (tree[segment].kind != Kind::kName || set == sets_.end()) {
    return refuse("names '" + name + "', which is no navigation property here.");
  }
  if (has(**set)) return refuse("names '" + name + "' twice.");
  Found found{.set = *set};
  while ((segment = tree[segment].next) != syntax::kNoNode) {
    const Kind kind = tree[segment].kind;
    if (kind == Kind::kName && is_cast_to(tree.text(segment), found.set->type->name)) continue;
    if (kind != Kind::kRef && (kind != Kind::kCount || found.set->singleton)) {
      return refuse("has a path behind '" + name + "' that leads nowhere.");
    }
    found.form = kind == Kind::kRef ? Form::kReferences : Form::kCount;
  }
  found.query = nested_query(tree, tree[path].next);
  found_.push_back(std::move(found));
  return base::done();
}

// The options in parentheses, from `option` on, as a query of their own.
std::string Expansion::nested_query(const Tree& tree, NodeIndex option) const {
  std::string query = aliases_;
  for (; option != syntax::kNoNode; option = tree[option].next) {
    const syntax::Node& node = tree[option];
    const std::string_view value = text_.substr(node.offset, node.length);
    if (node.kind != Kind::kAliasValue) {
      add_item(query, option_name(node.kind), value);
      continue;
    }
    const std::size_t equals = value.find('=');
    add_item(query, value.substr(0, equals), value.substr(equals + 1));
  }
  return query;
}

base::Result<std::vector<ExpandItem>> Expansion::finish(
    const std::function<edm::PropertyMask(const edm::EntitySet&)>& hidden) {
  if (all_) {
    for (const edm::EntitySet* set : sets_) {
      if (!has(*set)) found_.push_back({.set = set, .form = *all_, .query = aliases_});
    }
  }
  std::vector<ExpandItem> items;
  for (const Found& one : found_) {
    const Shape shape = shape_of(*one.set, one.form);
    items.push_back(
        {.set = one.set,
         .form = one.form,
         .options = MUSTER_TRY(parse_query(*one.set->type, one.query, shape, hidden(*one.set)))});
  }
  return items;
}

}  // namespace

base::Result<std::vector<ExpandItem>> read_expand(
    std::string_view text, std::string_view query, std::span<const edm::EntitySet* const> sets,
    const std::function<edm::PropertyMask(const edm::EntitySet&)>& hidden) {
  const std::string whole = with_offsets(text);
  const Tree tree = MUSTER_TRY(syntax::parse_expand(whole));
  Expansion expansion(whole, MUSTER_TRY(aliases_of(query)), sets);
  for (const NodeIndex item : tree.children(tree.root())) MUSTER_TRY(expansion.add(tree, item));
  return expansion.finish(hidden);
}

}  // namespace muster::odata
