// Binder: canonical functions (OData 4.01 URL Conventions §§5.1.1.4–5.1.1.12), cast() and $search.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/encoding.h"
#include "odata/binder.h"
#include "odata/functions.h"

namespace muster::odata {
namespace {

using syntax::Kind;

// What an argument may be.
enum class Takes : std::uint8_t { kText, kInteger, kNumber, kDay, kClock, kDate, kDuration };

struct Function {
  std::string_view name;
  Op op;
  ValueType result;
  std::size_t least;
  std::size_t most;
  std::array<Takes, 3> takes;
};

using enum Takes;
using V = ValueType;

constexpr std::array kFunctions = {
    Function{"contains", Op::kContains, V::kBoolean, 2, 2, {kText, kText}},
    Function{"startswith", Op::kStartsWith, V::kBoolean, 2, 2, {kText, kText}},
    Function{"endswith", Op::kEndsWith, V::kBoolean, 2, 2, {kText, kText}},
    Function{"length", Op::kLength, V::kInteger, 1, 1, {kText}},
    Function{"indexof", Op::kIndexOf, V::kInteger, 2, 2, {kText, kText}},
    Function{"substring", Op::kSubstring, V::kString, 2, 3, {kText, kInteger, kInteger}},
    Function{"concat", Op::kConcat, V::kString, 2, 2, {kText, kText}},
    Function{"tolower", Op::kToLower, V::kString, 1, 1, {kText}},
    Function{"toupper", Op::kToUpper, V::kString, 1, 1, {kText}},
    Function{"trim", Op::kTrim, V::kString, 1, 1, {kText}},
    Function{"year", Op::kYear, V::kInteger, 1, 1, {kDay}},
    Function{"month", Op::kMonth, V::kInteger, 1, 1, {kDay}},
    Function{"day", Op::kDay, V::kInteger, 1, 1, {kDay}},
    Function{"hour", Op::kHour, V::kInteger, 1, 1, {kClock}},
    Function{"minute", Op::kMinute, V::kInteger, 1, 1, {kClock}},
    Function{"second", Op::kSecond, V::kInteger, 1, 1, {kClock}},
    Function{"fractionalseconds", Op::kFractionalSeconds, V::kDouble, 1, 1, {kClock}},
    Function{"totaloffsetminutes", Op::kTotalOffsetMinutes, V::kInteger, 1, 1, {Takes::kDate}},
    Function{"totalseconds", Op::kTotalSeconds, V::kDouble, 1, 1, {Takes::kDuration}},
    Function{"date", Op::kDate, V::kDate, 1, 1, {Takes::kDate}},
    Function{"time", Op::kTime, V::kTimeOfDay, 1, 1, {Takes::kDate}},
    Function{"round", Op::kRound, V::kDouble, 1, 1, {kNumber}},
    Function{"floor", Op::kFloor, V::kDouble, 1, 1, {kNumber}},
    Function{"ceiling", Op::kCeiling, V::kDouble, 1, 1, {kNumber}},
};

constexpr std::array<std::string_view, 6> kNotBuilt = {"geo.distance", "geo.intersects",
                                                       "geo.length",   "matchespattern",
                                                       "hassubset",    "hassubsequence"};

bool takes(Takes wanted, const ResultType& type) {
  if (type.value == V::kNull) return true;
  if (type.collection) return false;
  switch (wanted) {
    case Takes::kText:
      return type.value == V::kString;
    case Takes::kInteger:
      return type.value == V::kInteger;
    case Takes::kNumber:
      return type.value == V::kInteger || type.value == V::kDouble;
    case Takes::kDay:
      return type.value == V::kDateTimeOffset || type.value == V::kDate;
    case Takes::kClock:
      return type.value == V::kDateTimeOffset || type.value == V::kTimeOfDay;
    case Takes::kDate:
      return type.value == V::kDateTimeOffset;
    case Takes::kDuration:
      break;
  }
  return type.value == V::kDuration;
}

std::string_view wanted_name(Takes wanted) {
  switch (wanted) {
    case Takes::kText:
      return "Edm.String";
    case Takes::kInteger:
      return "Edm.Int32";
    case Takes::kNumber:
      return "a number";
    case Takes::kDay:
      return "Edm.DateTimeOffset or Edm.Date";
    case Takes::kClock:
      return "Edm.DateTimeOffset or Edm.TimeOfDay";
    case Takes::kDate:
      return "Edm.DateTimeOffset";
    case Takes::kDuration:
      break;
  }
  return "Edm.Duration";
}

const Function* find_function(std::string_view name) {
  const auto* found = std::find_if(
      kFunctions.begin(), kFunctions.end(),
      [name](const Function& row) { return base::equal_ignoring_case(row.name, name); });
  return found == kFunctions.end() ? nullptr : found;
}

// The dates that functions without arguments stand for.
std::optional<base::Timestamp> constant(std::string_view name, base::Timestamp now) {
  if (base::equal_ignoring_case(name, "now")) return now;
  if (base::equal_ignoring_case(name, "mindatetime")) return base::Timestamp();
  if (base::equal_ignoring_case(name, "maxdatetime")) {
    return base::Timestamp::parse("9999-12-31T23:59:59.9999999Z");
  }
  return std::nullopt;
}

}  // namespace

base::Result<NodeIndex> Binder::call(const Source& source, syntax::NodeIndex at) {
  const syntax::Tree& tree = source.tree;
  const std::string name(tree.text(at).substr(0, 60));
  if (const auto date = constant(name, context_.now)) {
    if (tree[at].children == 0) return add_literal(*date, {.value = V::kDateTimeOffset});
    return wrong("the function '" + name + "' takes no arguments.");
  }
  const Function* function = find_function(name);
  if (function == nullptr) {
    for (const std::string_view known : kNotBuilt) {
      if (base::equal_ignoring_case(known, name)) return not_built("'" + name + "'");
    }
    return wrong("there is no function '" + name + "'.");
  }
  if (tree[at].children < function->least || tree[at].children > function->most) {
    return wrong("the function '" + name + "' takes " + std::to_string(function->least) +
                 (function->most > function->least ? " or more" : "") + " arguments, not " +
                 std::to_string(tree[at].children) + ".");
  }
  std::vector<NodeIndex> arguments;
  ResultType result{.value = function->result};
  for (const syntax::NodeIndex child : tree.children(at)) {
    if (tree[child].kind == Kind::kArgument) {
      return wrong("the function '" + name + "' takes its arguments without names.");
    }
    const ResultType wanted{.value =
                                function->takes[0] == Takes::kDuration ? V::kDuration : V::kNull};
    const NodeIndex bound = MUSTER_TRY(expression(source, child));
    const NodeIndex argument = MUSTER_TRY(as_type(bound, wanted));
    const ResultType& type = made_.nodes[argument].type;
    const Takes takes_here = function->takes[arguments.size()];
    if (!takes(takes_here, type)) {
      if (type.collection && function->op >= Op::kContains && function->op <= Op::kConcat) {
        return not_built("'" + name + "' of a collection");
      }
      return wrong("the function '" + name + "' takes " + std::string(wanted_name(takes_here)) +
                   ", but " + shown(source, child) + " is " + type_name(type) + ".");
    }
    result.exact = result.exact || (function->result == V::kString && type.exact);
    if (takes_here == Takes::kNumber && type.value == V::kInteger) result.value = V::kInteger;
    arguments.push_back(argument);
  }
  return add(function->op, result, 0, arguments);
}

base::Result<NodeIndex> Binder::cast(const Source& source, syntax::NodeIndex at) {
  const syntax::Tree& tree = source.tree;
  if (tree[at].children != 2) return not_built("a cast of the entity itself");
  const syntax::NodeIndex operand = tree[at].first_child;
  const std::string_view name = tree.text(tree[operand].next);
  const auto target = find_cast_target(name);
  const NodeIndex value = MUSTER_TRY(expression(source, operand));
  const ResultType type = made_.nodes[value].type;
  if (!target) return not_built("a cast to '" + std::string(name.substr(0, 60)) + "'");
  if (type.collection || type.value == V::kComplex || type.value == V::kBinary) {
    return not_built("a cast of " + type_name(type));
  }
  const bool text = *target == CastTarget::kString || *target == CastTarget::kGuid;
  return add(Op::kCast, {.value = value_type(*target), .exact = text && type.exact},
             static_cast<std::uint32_t>(*target), {value});
}

base::Result<NodeIndex> Binder::search(const Source& source, syntax::NodeIndex at) {
  const syntax::Tree& tree = source.tree;
  const ResultType boolean{.value = V::kBoolean};
  const Kind kind = tree[at].kind;
  if (kind == Kind::kSearchNot || kind == Kind::kSearchAnd || kind == Kind::kSearchOr) {
    std::vector<NodeIndex> operands;
    for (const syntax::NodeIndex child : tree.children(at)) {
      operands.push_back(MUSTER_TRY(search(source, child)));
    }
    const Op op = kind == Kind::kSearchNot   ? Op::kNot
                  : kind == Kind::kSearchAnd ? Op::kAnd
                                             : Op::kOr;
    return add(op, boolean, 0, operands);
  }
  std::string_view text = tree.text(at);
  const auto& rows = context_.type.properties;
  std::optional<std::size_t> scope;  // `"displayName:text"`, as Graph has it
  const std::size_t colon = text.find(':');
  if (kind == Kind::kSearchPhrase && colon != std::string_view::npos) {
    scope = edm::find_property_any_case(rows, text.substr(0, colon));
    if (scope && rows[*scope].searched) {
      text.remove_prefix(colon + 1);
    } else {
      scope.reset();
    }
  }
  std::vector<NodeIndex> children = {
      MUSTER_TRY(add_literal(std::string(text), {.value = V::kString}))};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool seen = rows[i].searched && (context_.hidden >> i & 1) == 0;
    if (!seen || (scope && *scope != i)) continue;
    children.push_back(
        MUSTER_TRY(add(Op::kProperty, type_of(rows[i]), static_cast<std::uint32_t>(i), {})));
  }
  if (children.size() == 1) return not_built("a search of this collection");
  return add(Op::kMatches, boolean, 0, children);
}

}  // namespace muster::odata
