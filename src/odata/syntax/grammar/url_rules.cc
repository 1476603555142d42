// Rules of ABNF sections 1 to 3: URLs, paths, query options, context fragments.
#include <array>

#include "odata/syntax/grammar/rules.h"
#include "odata/syntax/grammar/uri.h"

namespace muster::odata::syntax::grammar {
namespace {

using enum Reader::Mode;

// The rule of one system query option.
#define OPTION(rule, name)                               \
  Rule {                                                 \
    rule, [](Judge& j) { return j.system_option(name); } \
  }

// What may follow a path that got as far as `states`: the text begins with `/` or `(`.
bool after(Judge& judge, States states) {
  const bool slash = judge.in.take_raw('/');
  if (slash) return judge.resource(states);
  // Parentheses right behind a name are read together with one.
  NodeList keys;
  const std::size_t begin = judge.in.at();
  if (!judge.parser.arguments(keys, true)) return false;
  const NodeIndex node = judge.parser.tree.add(Kind::kKeys, begin, judge.in.at(), keys);
  const States next = after_resource_segment(judge.parser.tree.tree(), judge.names, node, states);
  if (next == 0) return false;
  return judge.in.done() || (judge.in.take_raw('/') && judge.resource(next));
}

bool take_select_item(Judge& j) {
  const NodeIndex all = j.parser.select();
  return all != kNoNode && j.parser.tree[all].children == 1;
}

bool take_expand_item(Judge& j) {
  const NodeIndex all = j.parser.expand();
  return all != kNoNode && j.parser.tree[all].children == 1;
}

bool take_parameters(Judge& j) {
  NodeList values;
  const std::size_t begin = j.in.at();
  if (!j.parser.arguments(values, true)) return false;
  const NodeIndex node = j.parser.tree.add(Kind::kKeys, begin, j.in.at(), values);
  return are_parameters(j.parser.tree.tree(), j.names, node);
}

bool take_key(Judge& j) {
  NodeList values;
  const std::size_t begin = j.in.at();
  if (!j.parser.arguments(values, true)) return false;
  const NodeIndex node = j.parser.tree.add(Kind::kKeys, begin, j.in.at(), values);
  return is_key(j.parser.tree.tree(), node);
}

// `name=value`, as in parentheses.
bool take_parameter(Judge& j) {
  const std::size_t begin = j.in.at();
  if (!j.in.take_identifier() || !j.names.is("parameterName", j.in.since(begin))) return false;
  if (!j.in.take_raw('=')) return false;
  return j.in.peek() == '@' ? j.in.take('@') && j.in.take_identifier()
                            : j.parser.literal() != kNoNode;
}

// `name` alone, or as a function with its parameters, behind what is in state `start`.
bool take_operation(Judge& j, States start, States allowed, bool call) {
  const NodeIndex path = j.parser.resource_path();
  if (path == kNoNode) return false;
  const Tree& tree = j.parser.tree.tree();
  const NodeIndex segment = tree[path].first_child;
  const bool is_call = tree[segment].kind == Kind::kCall;
  if (tree[path].children != 1 || is_call != call) return false;
  const States after_it = after_resource_segment(tree, j.names, segment, start);
  return j.resource_of(path) && (after_it & allowed) != 0;
}

bool take_import(Judge& j, States allowed, bool call) {
  return take_operation(j, kStart, allowed, call);
}

bool take_bound(Judge& j, States allowed, bool call) {
  return take_operation(j, kEachOne, allowed, call);
}

bool take_constant(Judge& j, std::string_view text) {
  return j.in.take_text(text);
}

bool take_phrase_or_word(Judge& j, Kind kind) {
  const NodeIndex node = j.parser.search_expression();
  return node != kNoNode && j.parser.tree[node].kind == kind;
}

#define CALL(prefix, states)                                                                       \
  Rule{prefix "FunctionImportCall", [](Judge& j) { return take_import(j, states, true); }}, Rule { \
    "bound" prefix "FunctionCall", [](Judge& j) { return take_bound(j, states, true); }            \
  }

constexpr std::array kRules = {
    Rule{"odataUri", [](Judge& j) { return j.odata_uri(); }},
    Rule{"serviceRoot", [](Judge& j) { return take_service_root(j.in); }},
    Rule{"odataRelativeUri", [](Judge& j) { return j.relative_uri(); }},
    Rule{"resourcePath", [](Judge& j) { return j.resource_path(); }},
    Rule{"collectionNavigation", [](Judge& j) { return after(j, kEntities); }},
    Rule{"collectionNavPath", [](Judge& j) { return after(j, kEntitiesCast); }},
    Rule{"singleNavigation", [](Judge& j) { return after(j, kEntity); }},
    Rule{"singleNavPath", [](Judge& j) { return after(j, kEntityCast); }},
    Rule{"propertyPath", [](Judge& j) { return j.resource(kComplexCast); }},
    Rule{"collectionPath", [](Judge& j) { return after(j, kPrimitives); }},
    Rule{"primitivePath", [](Judge& j) { return after(j, kPrimitive); }},
    Rule{"complexColPath", [](Judge& j) { return after(j, kComplexes); }},
    Rule{"complexPath", [](Judge& j) { return after(j, kComplex); }},
    Rule{"boundOperation", [](Judge& j) { return after(j, kStream); }},
    Rule{"keyPredicate", take_key},
    Rule{"simpleKey", take_key},
    Rule{"compoundKey", take_key},
    Rule{"functionParameters", take_parameters},
    Rule{"functionParameter", take_parameter},
    Rule{"parameterAlias", [](Judge& j) { return j.in.take('@') && j.in.take_identifier(); }},
    Rule{"crossjoin",
         [](Judge& j) { return j.source.starts_with("$crossjoin") && j.resource_path(); }},
    Rule{"count", [](Judge& j) { return take_constant(j, "/$count"); }},
    Rule{"ref", [](Judge& j) { return take_constant(j, "/$ref"); }},
    Rule{"value", [](Judge& j) { return take_constant(j, "/$value"); }},
    Rule{"each", [](Judge& j) { return take_constant(j, "/$each"); }},
    Rule{"querySegment", [](Judge& j) { return take_constant(j, "/$query"); }},
    Rule{"filterInPath",
         [](Judge& j) { return j.source.starts_with("/$filter") && after(j, kEntities); }},
    Rule{"ordinalIndex",
         [](Judge& j) { return j.in.take_raw('/') && (j.in.take('-'), j.in.take_digits() > 0); }},
    Rule{"actionImportCall", [](Judge& j) { return take_import(j, kEnd, false); }},
    Rule{"functionImportCallNoParens", [](Judge& j) { return take_import(j, kBare, false); }},
    Rule{"boundActionCall", [](Judge& j) { return take_bound(j, kEnd, false); }},
    Rule{"boundFunctionCallNoParens", [](Judge& j) { return take_bound(j, kBare, false); }},
    CALL("entity", kEntity),
    CALL("entityCol", kEntities),
    CALL("complex", kComplex),
    CALL("complexCol", kComplexes),
    CALL("primitive", kPrimitive),
    CALL("primitiveCol", kPrimitives),
    Rule{"queryOptions", [](Judge& j) { return j.query_options(); }},
    Rule{"queryOption", [](Judge& j) { return j.query_option(); }},
    Rule{"systemQueryOption", [](Judge& j) { return j.system_option({}); }},
    Rule{"customQueryOption", [](Judge& j) { return j.custom_option(); }},
    Rule{"aliasAndValue", [](Judge& j) { return j.parser.alias_value() != kNoNode; }},
    Rule{"nameAndValue",
         [](Judge& j) {
           const std::size_t begin = j.in.at();
           return j.in.take_identifier() && j.names.is("parameterName", j.in.since(begin)) &&
                  j.in.take_raw('=') && j.parameter_value();
         }},
    Rule{"parameterValue", [](Judge& j) { return j.parameter_value(); }},
    OPTION("compute", "compute"),
    OPTION("deltatoken", "deltatoken"),
    OPTION("expand", "expand"),
    OPTION("filter", "filter"),
    OPTION("format", "format"),
    OPTION("id", "id"),
    OPTION("inlinecount", "count"),
    OPTION("orderby", "orderby"),
    OPTION("schemaversion", "schemaversion"),
    OPTION("search", "search"),
    OPTION("select", "select"),
    OPTION("skip", "skip"),
    OPTION("skiptoken", "skiptoken"),
    OPTION("top", "top"),
    OPTION("index", "index"),
    OPTION("levels", "levels"),
    Rule{"computeItem",
         [](Judge& j) {
           const NodeIndex all = j.parser.compute();
           return all != kNoNode && j.parser.tree[all].children == 1;
         }},
    Rule{"orderbyItem",
         [](Judge& j) {
           const NodeIndex all = j.parser.order_by();
           return all != kNoNode && j.parser.tree[all].children == 1;
         }},
    Rule{"expandItem", take_expand_item},
    Rule{"expandPath", take_expand_item},
    Rule{"selectItem", take_select_item},
    Rule{"selectProperty", take_select_item},
    Rule{"batchOptions", [](Judge& j) { return j.options_of_batch_or_metadata(); }},
    Rule{"metadataOptions", [](Judge& j) { return j.options_of_batch_or_metadata(); }},
    Rule{"entityOptions", [](Judge& j) { return j.options_of_entity(false); }},
    Rule{"entityCastOptions", [](Judge& j) { return j.options_of_entity(true); }},
    Rule{"searchWord", [](Judge& j) { return take_phrase_or_word(j, Kind::kSearchWord); }},
    Rule{"searchPhrase", [](Judge& j) { return take_phrase_or_word(j, Kind::kSearchPhrase); }},
    Rule{"searchParenExpr",
         [](Judge& j) { return j.in.peek() == '(' && j.parser.search_expression() != kNoNode; }},
    Rule{
        "searchNegateExpr",
        [](Judge&
               j) { return j.source.starts_with("NOT") && j.parser.search_expression() != kNoNode; }},
    Rule{"searchExpr-incomplete",
         [](Judge& j) { return j.in.peek() == '\'' && j.parser.search() != kNoNode; }},
    Rule{"searchExpr", [](Judge& j) { return j.parser.search_expression() != kNoNode; }},
    Rule{"context", [](Judge& j) { return j.in.take('#') && j.context_fragment(); }, kPayload},
    Rule{"contextFragment", [](Judge& j) { return j.context_fragment(); }, kPayload},
    Rule{"selectList", [](Judge& j) { return j.select_list(); }, kPayload},
    Rule{"URI", [](Judge& j) { return take_uri(j.in); }},
    Rule{"host", [](Judge& j) { return take_host(j.in); }},
    Rule{"authority", [](Judge& j) { return take_authority(j.in); }},
};

#undef CALL
#undef OPTION

}  // namespace

std::span<const Rule> url_rules() {
  return kRules;
}

}  // namespace muster::odata::syntax::grammar
