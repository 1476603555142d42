// The values of query options, and options nested in $select, $expand and `/$count`.
#include <array>
#include <utility>

#include "base/encoding.h"
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {
namespace {

struct OptionRow {
  std::string_view name;
  Option option;
};

constexpr std::array kOptions = {
    OptionRow{"filter", kFilterOption},   OptionRow{"search", kSearchOption},
    OptionRow{"orderby", kOrderByOption}, OptionRow{"skip", kSkipOption},
    OptionRow{"top", kTopOption},         OptionRow{"count", kCountOption},
    OptionRow{"select", kSelectOption},   OptionRow{"expand", kExpandOption},
    OptionRow{"compute", kComputeOption}, OptionRow{"levels", kLevelsOption},
};

}  // namespace

NodeIndex Parser::filter() {
  const std::size_t begin = in.at();
  return wrap(Kind::kFilter, begin, expression());
}

NodeIndex Parser::order_by() {
  const std::size_t begin = in.at();
  TreeBuilder::List items;
  do {
    const NodeIndex item = order_item();
    if (item == kNoNode) return kNoNode;
    tree.append(items, item);
  } while (comma());
  return add(Kind::kOrderBy, begin, items);
}

NodeIndex Parser::order_item() {
  const std::size_t begin = in.at();
  const NodeIndex value = expression();
  if (value == kNoNode) return kNoNode;
  const std::size_t end = in.at();
  bool descending = false;
  if (in.take_blanks() == 0 ||
      !(in.take_keyword("asc") || (descending = in.take_keyword("desc")))) {
    in.seek(end);
  }
  const NodeIndex item = wrap(Kind::kOrderItem, begin, value);
  if (item != kNoNode && descending) tree[item].flags |= Node::kDescending;
  return item;
}

NodeIndex Parser::compute() {
  const std::size_t begin = in.at();
  TreeBuilder::List items;
  do {
    const NodeIndex item = compute_item();
    if (item == kNoNode) return kNoNode;
    tree.append(items, item);
  } while (comma());
  return add(Kind::kCompute, begin, items);
}

NodeIndex Parser::compute_item() {
  const std::size_t begin = in.at();
  const NodeIndex value = expression();
  if (value == kNoNode) return kNoNode;
  if (in.take_blanks() == 0 || !in.take_keyword("as") || in.take_blanks() == 0) {
    return fail("an operator or 'as'");
  }
  const std::size_t start = in.at();
  if (!in.take_identifier()) return fail("the name of the computed property");
  return wrap(Kind::kComputeItem, begin, value, in.since(start));
}

NodeIndex Parser::number_option(Kind kind) {
  const std::size_t begin = in.at();
  if (in.take_digits() == 0) return fail("a whole number");
  return leaf(kind, begin);
}

NodeIndex Parser::count_option() {
  const std::size_t begin = in.at();
  for (const std::string_view value : {"true", "false"}) {
    if (in.take_keyword(value)) return add(Kind::kInlineCount, begin, {}, value);
  }
  return fail("true or false");
}

NodeIndex Parser::levels() {
  const std::size_t begin = in.at();
  if (in.take_keyword("max")) return add(Kind::kLevels, begin, {}, "max");
  if (in.peek() == '0' || in.take_digits() == 0) {
    return fail("a number from 1 without leading zeros, or max");
  }
  return leaf(Kind::kLevels, begin);
}

NodeIndex Parser::alias_value() {
  const std::size_t begin = in.at();
  if (!expect('@', "a parameter alias")) return kNoNode;
  const std::size_t start = in.at();
  if (!in.take_identifier()) return fail("the name of a parameter alias");
  const std::string_view name = in.since(start);
  if (!in.take_raw('=')) return fail("'='");
  return wrap(Kind::kAliasValue, begin, expression(), name);
}

bool Parser::nested_options(TreeBuilder::List& out, OptionSet allowed) {
  const Level level(*this);
  if (!level.fits() || !expect('(', "'('")) return false;
  const bool outer = std::exchange(nested_, true);
  bool separated = true;
  while (separated) {
    in.take_generous_blanks();
    const NodeIndex option = nested_option(allowed);
    if (option == kNoNode) return false;
    tree.append(out, option);
    in.take_generous_blanks();
    separated = in.take(';');
  }
  nested_ = outer;
  return expect(')', "';' or ')'");
}

NodeIndex Parser::nested_option(OptionSet allowed) {
  const std::size_t begin = in.at();
  if (in.peek() == '@' && (allowed & kAliasOption) != 0) return alias_value();
  in.take_raw('$');
  for (const OptionRow& row : kOptions) {
    if (!in.take_keyword(row.name)) continue;
    if ((allowed & row.option) == 0) break;
    in.take_generous_blanks();
    if (!in.take_raw('=')) return fail("'='");
    in.take_generous_blanks();
    return option_value(row.option);
  }
  in.seek(begin);
  return fail("a query option that can be nested here");
}

NodeIndex Parser::option_value(Option option) {
  switch (option) {
    case kFilterOption:
      return filter();
    case kSearchOption:
      return search();
    case kOrderByOption:
      return order_by();
    case kSkipOption:
      return number_option(Kind::kSkip);
    case kTopOption:
      return number_option(Kind::kTop);
    case kCountOption:
      return count_option();
    case kSelectOption:
      return select();
    case kExpandOption:
      return expand();
    case kComputeOption:
      return compute();
    case kLevelsOption:
      return levels();
    default:
      return fail("a query option");
  }
}

}  // namespace muster::odata::syntax
