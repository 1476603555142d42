#include "store/walk.h"

#include <utility>

namespace muster::store {
namespace {

Parameter key_parameter(const edm::EntitySet& set, const std::string& key) {
  const KeyCell cell(set, key);
  return {.kind = cell.cell().kind, .octets = std::string(cell.cell().octets)};
}

// The folded column that a key of the order is sorted by; 0 if there is none.
std::size_t folded_column(const edm::EntitySet& set, const odata::Order& order) {
  const odata::Order::Key& key = order.keys.front();
  const odata::Node& node = order.expression[key.node];
  if (node.op != odata::Op::kProperty || node.type.collection || node.type.exact) return 0;
  const edm::Property& property = set.type->properties[node.index];
  // A character is four octets at most. What may be cut is not in the order of the whole text.
  if (property.max_length == 0 || property.max_length > key.text_octets / 4) return 0;
  const RowLayout& layout = layout_of(set);
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const Column& column = layout.columns[i];
    if (column.role == ColumnRole::kFolded && column.ordinal == node.index) return i;
  }
  return 0;
}

}  // namespace

std::optional<Walk> walk_of(const edm::EntitySet& set, const odata::Order* order) {
  if (order == nullptr) return Walk{};
  if (order->keys.empty()) return Walk{.descending = order->descending};
  const bool one_way = order->keys.front().descending == order->descending;
  if (order->keys.size() > 1 || !one_way) return std::nullopt;
  const std::size_t column = folded_column(set, *order);
  if (column == 0) return std::nullopt;
  return Walk{.folded = column,
              .nullable = layout_of(set).columns[column].nullable,
              .descending = order->descending};
}

std::string order_of(const Dialect& dialect, const edm::EntitySet& set, const Walk& walk) {
  const RowLayout& layout = layout_of(set);
  std::string key = dialect.ordered(layout.columns[kKeyColumn].name, false, walk.descending);
  if (walk.folded == 0) return key;
  return dialect.ordered(layout.columns[walk.folded].name, walk.nullable, walk.descending) + ", " +
         key;
}

std::vector<Stretch> stretches_after(const Dialect& dialect, const edm::EntitySet& set,
                                     const Walk& walk, const std::optional<odata::Position>& place,
                                     std::size_t first_parameter) {
  if (!place) return {Stretch{}};
  const RowLayout& layout = layout_of(set);
  const std::string beyond = walk.descending ? " < " : " > ";
  const std::string first = dialect.placeholder(first_parameter);
  const std::string second = dialect.placeholder(first_parameter + 1);
  const std::string& key = layout.columns[kKeyColumn].name;
  const Parameter key_value = key_parameter(set, place->key);
  if (walk.folded == 0) return {{key + beyond + first, {key_value}}};

  const std::string& text = layout.columns[walk.folded].name;
  const auto* folded = std::get_if<std::string>(&place->values.front());
  const GivenRange one{.column = walk.folded, .lower = true, .upper = true};
  const GivenRange rest{.column = walk.folded, .lower = !walk.descending, .upper = walk.descending};
  if (folded == nullptr) {
    std::vector<Stretch> stretches = {
        {text + " IS NULL AND " + key + beyond + first, {key_value}, one}};
    // Every text is at least the empty one: a range, where IS NOT NULL may be none.
    if (!walk.descending) stretches.push_back({text + " >= " + first, {{Cell::Kind::kBlob}}});
    return stretches;
  }
  const Parameter value{.kind = Cell::Kind::kBlob, .octets = *folded};
  std::vector<Stretch> stretches = {
      {text + " = " + first + " AND " + key + beyond + second, {value, key_value}, one},
      {text + beyond + first, {value}, rest}};
  if (walk.descending && walk.nullable) stretches.push_back({text + " IS NULL", {}, one});
  return stretches;
}

}  // namespace muster::store
