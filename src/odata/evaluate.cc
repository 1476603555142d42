#include "odata/evaluate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <compare>
#include <cstring>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "odata/functions.h"

namespace muster::odata {
namespace {

Datum datum_of(const edm::Value& value) {
  if (const auto* text = value.get_if<std::string>()) return std::string_view(*text);
  if (const auto* number = value.get_if<std::int64_t>()) return *number;
  if (const auto* date = value.get_if<base::Timestamp>()) return *date;
  if (const auto* flag = value.get_if<bool>()) return *flag;
  if (const auto* complex = value.get_if<edm::Complex>()) return complex;
  if (const auto* collection = value.get_if<edm::Collection>()) return collection;
  return {};
}

Datum datum_of(const Literal& literal) {
  if (const auto* text = std::get_if<std::string>(&literal)) return std::string_view(*text);
  return std::visit(
      [](const auto& value) -> Datum {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          return std::string_view(value);
        } else {
          return value;
        }
      },
      literal);
}

// Both are values of types that binding found comparable.
std::partial_ordering compare_values(const Datum& a, const Datum& b, bool exact) {
  if (const auto* text = std::get_if<std::string_view>(&a)) {
    return compare_text(*text, std::get<std::string_view>(b), exact);
  }
  if (const auto* date = std::get_if<base::Timestamp>(&a)) {
    return *date <=> std::get<base::Timestamp>(b);
  }
  if (const auto* flag = std::get_if<bool>(&a)) return *flag <=> std::get<bool>(b);
  return compare_numbers(a, b);
}

bool equal(const Datum& a, const Datum& b, bool exact) {
  if (is_null(a) || is_null(b)) return is_null(a) && is_null(b);
  return std::is_eq(compare_values(a, b, exact));
}

std::string sort_text(std::string_view text, bool exact, std::uint32_t octets) {
  text = text.substr(0, octets);
  return exact ? std::string(text) : base::ascii_lower(text);
}

int rank_of_kind(const SortValue& value) {
  return value.index() == 0 ? 0 : 1;
}

std::strong_ordering compare_sort_values(const SortValue& a, const SortValue& b) {
  if (const int kinds = rank_of_kind(a) - rank_of_kind(b); kinds != 0) return kinds <=> 0;
  if (a.index() == 0) return std::strong_ordering::equal;
  if (const auto* text = std::get_if<std::string>(&a)) {
    const auto* other = std::get_if<std::string>(&b);
    return other == nullptr ? std::strong_ordering::greater : text->compare(*other) <=> 0;
  }
  if (std::holds_alternative<std::string>(b)) return std::strong_ordering::less;
  const auto number = [](const SortValue& value) -> long double {
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer != nullptr ? static_cast<long double>(*integer) : std::get<double>(value);
  };
  const long double left = number(a);
  const long double right = number(b);
  // What is not a number comes before all that are, so that the order is total.
  if (std::isnan(left) || std::isnan(right)) return std::isnan(right) <=> std::isnan(left);
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

}  // namespace

std::strong_ordering compare_text(std::string_view a, std::string_view b, bool exact) {
  if (exact) return a.compare(b) <=> 0;
  const auto lower = [](char c) {
    return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  };
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (const auto order = lower(a[i]) <=> lower(b[i]); std::is_neq(order)) {
      return order;
    }
  }
  return a.size() <=> b.size();
}

bool Evaluator::matches(const edm::Record& record) {
  const Datum result = value(record, expression_.root);
  const auto* flag = std::get_if<bool>(&result);
  return flag != nullptr && *flag;
}

Datum Evaluator::value(const edm::Record& record, NodeIndex node) {
  record_ = &record;
  scratch_.clear();
  return eval(node);
}

std::string_view Evaluator::keep(std::string text) {
  return scratch_.emplace_back(std::move(text));
}

// The value of an operand, which mostly is a leaf: a filter may have thousands.
inline Datum Evaluator::operand(NodeIndex index) {
  const Node& node = expression_[index];
  if (node.op == Op::kLiteral) return datum_of(expression_.literals[node.index]);
  if (node.op == Op::kProperty) return datum_of(record_->at(node.index));
  return eval(index);
}

Datum Evaluator::eval(NodeIndex index) {
  const Node& node = expression_[index];
  switch (node.op) {
    case Op::kLiteral:
    case Op::kProperty:
      return operand(index);
    case Op::kVariable:
      return datum_of(*items_[node.index]);
    case Op::kMember: {
      const Datum whole = eval(expression_.child(index, 0));
      const auto* complex = std::get_if<const edm::Complex*>(&whole);
      return complex == nullptr ? Datum() : datum_of((*complex)->members[node.index]);
    }
    case Op::kOr:
      return logic(index, true);
    case Op::kAnd:
      return logic(index, false);
    case Op::kNot: {
      const Datum operand = eval(expression_.child(index, 0));
      return is_null(operand) ? Datum() : Datum(!std::get<bool>(operand));
    }
    case Op::kEq:
    case Op::kNe:
    case Op::kGt:
    case Op::kGe:
    case Op::kLt:
    case Op::kLe:
      return compare_nodes(index);
    case Op::kIn:
      return is_in(index);
    case Op::kInCollection:
      return is_in_collection(index);
    case Op::kAny:
    case Op::kAll:
    case Op::kCount:
      return over_items(index);
    case Op::kMatches:
      return found(index);
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
      return test_text(index);
    default:
      return eval_operation(index);
  }
}

// `decisive` is the operand that settles the whole: true of `or`, false of `and`.
Datum Evaluator::logic(NodeIndex index, bool decisive) {
  bool unknown = false;
  for (const NodeIndex child : expression_.children(index)) {
    const Datum operand = eval(child);
    if (is_null(operand)) {
      unknown = true;
    } else if (std::get<bool>(operand) == decisive) {
      return decisive;
    }
  }
  return unknown ? Datum() : Datum(!decisive);
}

Datum Evaluator::compare_nodes(NodeIndex index) {
  const NodeIndex left = expression_.child(index, 0);
  const NodeIndex right = expression_.child(index, 1);
  const bool exact = expression_[left].type.exact || expression_[right].type.exact;
  const Datum a = operand(left);
  const Datum b = operand(right);
  const Op op = expression_[index].op;
  if (is_null(a) || is_null(b)) {
    const bool same = is_null(a) && is_null(b);
    if (op == Op::kNe) return !same;
    return same && (op == Op::kEq || op == Op::kGe || op == Op::kLe);
  }
  const std::partial_ordering order = compare_values(a, b, exact);
  switch (op) {
    case Op::kEq:
      return std::is_eq(order);
    case Op::kNe:
      return std::is_neq(order);
    case Op::kGt:
      return std::is_gt(order);
    case Op::kGe:
      return std::is_gteq(order);
    case Op::kLt:
      return std::is_lt(order);
    default:
      return std::is_lteq(order);
  }
}

bool Evaluator::is_in(NodeIndex index) {
  const auto children = expression_.children(index);
  const Datum operand = eval(children[0]);
  const bool exact = expression_[children[0]].type.exact;
  return std::any_of(children.begin() + 1, children.end(), [&](NodeIndex item) {
    return equal(operand, datum_of(expression_.literal(item)), exact);
  });
}

bool Evaluator::is_in_collection(NodeIndex index) {
  const NodeIndex left = expression_.child(index, 0);
  const Datum operand = eval(left);
  const Datum right = eval(expression_.child(index, 1));
  const auto* collection = std::get_if<const edm::Collection*>(&right);
  return collection != nullptr &&
         std::any_of((*collection)->items.begin(), (*collection)->items.end(),
                     [&](const edm::Value& item) {
                       return equal(operand, datum_of(item), expression_[left].type.exact);
                     });
}

// any, all and $count.
Datum Evaluator::over_items(NodeIndex index) {
  const Node& node = expression_[index];
  const auto children = expression_.children(index);
  const Datum walked = eval(children[0]);
  const auto* collection = std::get_if<const edm::Collection*>(&walked);
  // A null where a collection stands is one without items.
  static const edm::Collection kEmpty;
  const auto& items = collection == nullptr ? kEmpty.items : (*collection)->items;
  std::int64_t kept = 0;
  for (const edm::Value& item : items) {
    bool fits = true;
    if (children.size() > 1) {
      items_.push_back(&item);
      const Datum result = eval(children[1]);
      items_.pop_back();
      fits = !is_null(result) && std::get<bool>(result);
    }
    if (fits && node.op == Op::kAny) return true;
    if (!fits && node.op == Op::kAll) return false;
    kept += fits ? 1 : 0;
  }
  if (node.op == Op::kCount) return kept;
  return node.op == Op::kAll;
}

bool Evaluator::found(NodeIndex index) {
  const auto children = expression_.children(index);
  const Datum wanted = eval(children[0]);
  return std::any_of(children.begin() + 1, children.end(), [&](NodeIndex child) {
    const Datum text = eval(child);
    return !is_null(text) && contains_text(std::get<std::string_view>(text),
                                           std::get<std::string_view>(wanted), false);
  });
}

Datum Evaluator::eval_operation(NodeIndex index) {
  const Node& node = expression_[index];
  if (node.op >= Op::kContains && node.op <= Op::kTrim) return eval_text(index);
  if (node.op == Op::kCast) return cast(index);
  const Datum a = eval(expression_.child(index, 0));
  if (is_null(a)) return {};
  const ResultType& type = expression_[expression_.child(index, 0)].type;
  if (node.count == 1) {
    if (node.op == Op::kNegate) return negate(a);
    if (node.op == Op::kRound || node.op == Op::kFloor || node.op == Op::kCeiling) {
      return rounded(node.op, a);
    }
    return part_of_date(node.op, type.value, a);
  }
  const Datum b = eval(expression_.child(index, 1));
  if (is_null(b)) return {};
  if (node.op == Op::kHas) {
    const std::int64_t flags = std::get<std::int64_t>(b);
    return (std::get<std::int64_t>(a) & flags) == flags;
  }
  return arithmetic(node.op, node.type.value, a, b);
}

Datum Evaluator::test_text(NodeIndex index) {
  const NodeIndex left = expression_.child(index, 0);
  const NodeIndex right = expression_.child(index, 1);
  const Datum a = operand(left);
  const Datum b = operand(right);
  if (is_null(a) || is_null(b)) return {};
  const std::string_view text = std::get<std::string_view>(a);
  const std::string_view part = std::get<std::string_view>(b);
  if (text.size() < part.size()) return false;
  const bool exact = expression_[left].type.exact || expression_[right].type.exact;
  if (expression_[index].op == Op::kContains) return contains_text(text, part, exact);
  const std::size_t at = expression_[index].op == Op::kStartsWith ? 0 : text.size() - part.size();
  return std::is_eq(compare_text(text.substr(at, part.size()), part, exact));
}

Datum Evaluator::eval_text(NodeIndex index) {
  const auto children = expression_.children(index);
  std::array<Datum, 3> arguments;
  bool exact = false;
  for (std::size_t i = 0; i < children.size(); ++i) {
    arguments[i] = eval(children[i]);
    if (is_null(arguments[i])) return {};
    exact = exact || expression_[children[i]].type.exact;
  }
  const auto text = [&](std::size_t i) { return std::get<std::string_view>(arguments[i]); };
  const auto number = [&](std::size_t i) {
    const auto* integer = std::get_if<std::int64_t>(&arguments[i]);
    if (integer != nullptr) return *integer;
    return std::get<double>(arguments[i]) < 0 ? INT64_MIN / 2 : INT64_MAX;  // left 64 bits
  };
  switch (expression_[index].op) {
    case Op::kLength:
      return characters(text(0));
    case Op::kIndexOf:
      return index_of(text(0), text(1), exact);
    case Op::kSubstring:
      return substring(text(0), number(1),
                       children.size() > 2 ? std::optional(number(2)) : std::nullopt);
    case Op::kConcat:
      return keep(std::string(text(0)).append(text(1)));
    case Op::kToLower:
      return keep(base::ascii_lower(text(0)));
    case Op::kToUpper:
      return keep(ascii_upper(text(0)));
    default:
      return trimmed(text(0));
  }
}

Datum Evaluator::cast(NodeIndex index) {
  const Node& node = expression_[index];
  const NodeIndex child = expression_.child(index, 0);
  const Datum value = eval(child);
  if (is_null(value)) return {};
  Literal result = cast_to(static_cast<CastTarget>(node.index), expression_[child].type, value);
  if (auto* text = std::get_if<std::string>(&result)) return keep(std::move(*text));
  return datum_of(result);
}

Position Ranker::position(const edm::Record& record) {
  std::vector<SortValue> values;
  values.reserve(order_.keys.size());
  for (const Order::Key& key : order_.keys) {
    const Datum value = evaluator_.value(record, key.node);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      const bool exact = order_.expression[key.node].type.exact;
      values.emplace_back(sort_text(*text, exact, key.text_octets));
    } else if (const auto* date = std::get_if<base::Timestamp>(&value)) {
      values.emplace_back(date->ticks());
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      values.emplace_back(std::int64_t{*flag ? 1 : 0});
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      values.emplace_back(*integer);
    } else if (const auto* number = std::get_if<double>(&value)) {
      values.emplace_back(*number);
    } else {
      values.emplace_back();
    }
  }
  return {std::move(values), record.key()};
}

std::strong_ordering compare(const Order& order, const Position& a, const Position& b) {
  for (std::size_t i = 0; i < order.keys.size(); ++i) {
    const auto result = order.keys[i].descending ? compare_sort_values(b.values[i], a.values[i])
                                                 : compare_sort_values(a.values[i], b.values[i]);
    if (std::is_neq(result)) return result;
  }
  return order.descending ? b.key <=> a.key : a.key <=> b.key;
}

}  // namespace muster::odata
