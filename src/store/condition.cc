#include "store/condition.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "store/uuid_key.h"

namespace muster::store {
namespace {

using odata::Expression;
using odata::Literal;
using odata::NodeIndex;
using odata::Op;
using odata::ValueType;
using Kind = Cell::Kind;

// Beyond it the rest is left to the evaluator: engines limit both, and a statement is no longer
// worth its preparation.
constexpr std::size_t kMaxParameters = 256;

// SQL that is true if (at least) the wanted records are; everything if `sql` is empty.
struct Piece {
  std::string sql = {};
  bool exact = true;
  bool indexed = false;
};

Piece unknown() {
  return {.exact = false};
}
Piece always() {
  return {};
}
Piece never() {
  return {.sql = "1 = 0"};
}

// A property that has a column of its own.
struct ColumnUse {
  const edm::Property* property = nullptr;
  std::size_t column = 0;  // position in the layout, that of the folded text if there is one
  std::string name = {};   // how it compares
  std::string plain = {};  // the same where no index is of use
  bool folded = false;     // text without ASCII case
  bool indexed = false;
};

// The comparison with its sides exchanged.
Op flipped(Op op) {
  switch (op) {
    case Op::kGt:
      return Op::kLt;
    case Op::kGe:
      return Op::kLe;
    case Op::kLt:
      return Op::kGt;
    case Op::kLe:
      return Op::kGe;
    default:
      return op;
  }
}

Op opposite(Op op) {
  switch (op) {
    case Op::kEq:
      return Op::kNe;
    case Op::kNe:
      return Op::kEq;
    case Op::kGt:
      return Op::kLe;
    case Op::kGe:
      return Op::kLt;
    case Op::kLt:
      return Op::kGe;
    default:
      return Op::kGt;
  }
}

std::string_view sign(Op op) {
  switch (op) {
    case Op::kEq:
      return " = ";
    case Op::kNe:
      return " <> ";
    case Op::kGt:
      return " > ";
    case Op::kGe:
      return " >= ";
    case Op::kLt:
      return " < ";
    default:
      return " <= ";
  }
}

class Compiler {
 public:
  Compiler(const Dialect& dialect, const edm::EntitySet& set, const Expression& filter,
           std::size_t first_parameter, GivenRange given)
      : dialect_(dialect),
        layout_(layout_of(set)),
        filter_(filter),
        first_(first_parameter),
        given_(given) {}

  // SQL that is true where the node's value is `wanted`: null never is. Terms are negated at the
  // leaves only, so that SQL's own logic of nulls decides nothing.
  Piece node(NodeIndex index, bool wanted);
  std::vector<Parameter> take() { return std::move(parameters_); }

 private:
  Piece all_of(NodeIndex index, bool wanted);
  Piece one_of(NodeIndex index, bool wanted);
  Piece comparison(NodeIndex index, bool wanted);
  Piece null_test(const ColumnUse& use, Op op, bool wanted);
  Piece compare_with(const ColumnUse& use, Op op, const Literal& value, bool wanted);
  Piece listed(NodeIndex index, bool wanted);
  Piece text_test(NodeIndex index, bool wanted);
  Piece prefix(const ColumnUse& use, const std::string& text, bool wanted);
  Piece found(NodeIndex index, bool wanted);

  std::optional<ColumnUse> column_of(NodeIndex index) const;
  // The literal as the column holds such values; nullopt if it holds none that is equal.
  static std::optional<Parameter> as_stored(const ColumnUse& use, const Literal& value);
  std::string bind(Parameter parameter);
  std::string term(const ColumnUse& use, Op op, Parameter parameter);
  [[nodiscard]] bool full() const { return parameters_.size() >= kMaxParameters; }

  const Dialect& dialect_;
  const RowLayout& layout_;
  const Expression& filter_;
  std::size_t first_;
  GivenRange given_;
  std::vector<Parameter> parameters_;
};

std::string Compiler::bind(Parameter parameter) {
  parameters_.push_back(std::move(parameter));
  return dialect_.placeholder(first_ + parameters_.size() - 1);
}

std::string Compiler::term(const ColumnUse& use, Op op, Parameter parameter) {
  const bool lower = op == Op::kGt || op == Op::kGe;
  const bool upper = op == Op::kLt || op == Op::kLe;
  const bool known =
      given_.column == use.column && ((lower && given_.lower) || (upper && given_.upper));
  const std::string name = known ? dialect_.not_indexed(use.name) : use.name;
  return name + std::string(sign(op)) + bind(std::move(parameter));
}

std::optional<ColumnUse> Compiler::column_of(NodeIndex index) const {
  bool no_case = false;
  while (filter_[index].op == Op::kToLower || filter_[index].op == Op::kToUpper) {
    no_case = true;  // of no consequence where case does not count
    index = filter_.child(index, 0);
  }
  const odata::Node& node = filter_[index];
  if (node.op != Op::kProperty || node.type.collection) return std::nullopt;
  const edm::Property& property = filter_.type->properties[node.index];
  const bool text = node.type.value == ValueType::kString;
  const bool storable =
      property.storage == edm::Storage::kColumn || property.storage == edm::Storage::kUuid;
  if (!storable || (no_case && node.type.exact) || node.type.value == ValueType::kBinary) {
    return std::nullopt;
  }
  ColumnUse use{.property = &property, .folded = text && !node.type.exact};
  for (std::size_t i = kKeyColumn; i < layout_.columns.size(); ++i) {
    const Column& column = layout_.columns[i];
    if (column.role == ColumnRole::kSealed || column.ordinal != node.index) continue;
    if (column.role == ColumnRole::kDateForm) continue;
    const bool beside = column.role == ColumnRole::kFolded;
    if (beside && !use.folded) continue;
    use.column = i;
    use.name = use.folded && !beside ? dialect_.folded(column.name) : column.name;
    if (!beside) use.plain = use.name;
    use.indexed = beside || i == kKeyColumn;
  }
  if (use.name.empty()) return std::nullopt;
  return use;
}

std::optional<Parameter> Compiler::as_stored(const ColumnUse& use, const Literal& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return Parameter{.kind = Kind::kInteger, .integer = *number};
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    return Parameter{.kind = Kind::kInteger, .integer = *flag ? 1 : 0};
  }
  if (const auto* date = std::get_if<base::Timestamp>(&value)) {
    return Parameter{.kind = Kind::kInteger, .integer = date->ticks()};
  }
  if (const auto* real = std::get_if<double>(&value)) {
    const bool whole = std::trunc(*real) == *real && std::fabs(*real) < 9.0e18;
    if (!whole) return std::nullopt;
    return Parameter{.kind = Kind::kInteger, .integer = static_cast<std::int64_t>(*real)};
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  if (use.folded) return Parameter{.kind = Kind::kBlob, .octets = base::ascii_lower(*text)};
  if (use.property->storage == edm::Storage::kUuid) {
    const auto key = uuid_key(*text);
    if (!key) return std::nullopt;
    return Parameter{.kind = Kind::kBlob, .octets = std::string(key->data(), key->size())};
  }
  return Parameter{.kind = Kind::kText, .octets = *text};
}

Piece Compiler::node(NodeIndex index, bool wanted) {
  if (full()) return unknown();
  const odata::Node& node = filter_[index];
  switch (node.op) {
    case Op::kLiteral: {
      const auto* flag = std::get_if<bool>(&filter_.literal(index));
      return flag != nullptr && *flag == wanted ? always() : never();
    }
    case Op::kProperty: {
      const auto use = column_of(index);
      if (!use || node.type.value != ValueType::kBoolean) return unknown();
      return {.sql = term(*use, Op::kEq, {.kind = Kind::kInteger, .integer = wanted ? 1 : 0})};
    }
    case Op::kAnd:
      return wanted ? all_of(index, wanted) : one_of(index, wanted);
    case Op::kOr:
      return wanted ? one_of(index, wanted) : all_of(index, wanted);
    case Op::kNot:
      return this->node(filter_.child(index, 0), !wanted);
    case Op::kEq:
    case Op::kNe:
    case Op::kGt:
    case Op::kGe:
    case Op::kLt:
    case Op::kLe:
      return comparison(index, wanted);
    case Op::kIn:
      return listed(index, wanted);
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
      return text_test(index, wanted);
    case Op::kMatches:
      return found(index, wanted);
    default:
      return unknown();
  }
}

// Terms in brackets, two by two, since engines limit how deep a chain may lean.
std::string joined(std::span<const std::string> terms, std::string_view word) {
  if (terms.size() == 1) return terms[0];
  const std::size_t half = terms.size() / 2;
  return "(" + joined(terms.first(half), word) + std::string(word) +
         joined(terms.subspan(half), word) + ")";
}

Piece Compiler::all_of(NodeIndex index, bool wanted) {
  Piece result;
  std::vector<std::string> terms;
  for (const NodeIndex child : filter_.children(index)) {
    Piece piece = node(child, wanted);
    result.exact = result.exact && piece.exact;
    result.indexed = result.indexed || piece.indexed;
    if (!piece.sql.empty()) terms.push_back(std::move(piece.sql));
  }
  if (!terms.empty()) result.sql = joined(terms, " AND ");
  return result;
}

Piece Compiler::one_of(NodeIndex index, bool wanted) {
  const std::size_t before = parameters_.size();
  Piece result{.indexed = true};
  std::vector<std::string> terms;
  for (const NodeIndex child : filter_.children(index)) {
    Piece piece = node(child, wanted);
    result.exact = result.exact && piece.exact;
    result.indexed = result.indexed && piece.indexed;
    if (piece.sql.empty()) {
      parameters_.resize(before);
      return piece.exact ? always() : unknown();
    }
    terms.push_back(std::move(piece.sql));
  }
  result.sql = joined(terms, " OR ");
  return result;
}

Piece Compiler::comparison(NodeIndex index, bool wanted) {
  NodeIndex left = filter_.child(index, 0);
  NodeIndex right = filter_.child(index, 1);
  Op op = filter_[index].op;
  if (filter_[left].op == Op::kLiteral) {
    std::swap(left, right);
    op = flipped(op);
  }
  if (filter_[right].op != Op::kLiteral) return unknown();
  const auto use = column_of(left);
  if (!use) return unknown();
  const Literal& value = filter_.literal(right);
  if (std::holds_alternative<std::monostate>(value)) return null_test(*use, op, wanted);
  return compare_with(*use, op, value, wanted);
}

Piece Compiler::null_test(const ColumnUse& use, Op op, bool wanted) {
  if (op == Op::kGt || op == Op::kLt) return wanted ? never() : always();
  const bool null = (op == Op::kNe) != wanted;
  if (!use.property->nullable) return null ? never() : always();
  return {.sql = use.name + (null ? " IS NULL" : " IS NOT NULL"), .indexed = null && use.indexed};
}

Piece Compiler::compare_with(const ColumnUse& use, Op op, const Literal& value, bool wanted) {
  const bool equality = op == Op::kEq || op == Op::kNe;
  auto parameter = as_stored(use, value);
  if (!parameter) {
    // Nothing that is stored is equal to it; where it stands in the order is left open.
    const bool text = std::holds_alternative<std::string>(value);
    if (!equality || !text) return unknown();
    return (op == Op::kNe) == wanted ? always() : never();
  }
  // Text that compares exactly has the engine's own order, and UUIDs that of their digits.
  if (!equality && parameter->kind == Kind::kText) return unknown();
  const Op said = wanted ? op : opposite(op);
  // Of null, `ne` is true and the others are false.
  const bool takes_null = use.property->nullable && (op == Op::kNe) == wanted;
  Piece piece{.sql = term(use, said, *std::move(parameter))};
  piece.indexed = use.indexed && said != Op::kNe && !takes_null;
  if (takes_null) piece.sql = "(" + piece.sql + " OR " + use.name + " IS NULL)";
  return piece;
}

Piece Compiler::listed(NodeIndex index, bool wanted) {
  const auto children = filter_.children(index);
  const auto use = column_of(children[0]);
  if (!use || parameters_.size() + children.size() > kMaxParameters) return unknown();
  const std::size_t before = parameters_.size();
  bool null = false;
  std::string list;
  for (const NodeIndex item : children.subspan(1)) {
    const Literal& value = filter_.literal(item);
    null = null || std::holds_alternative<std::monostate>(value);
    auto parameter = as_stored(*use, value);
    if (std::holds_alternative<double>(value) && !parameter) {
      parameters_.resize(before);
      return unknown();
    }
    if (!parameter) continue;
    if (!list.empty()) list += ", ";
    list += bind(*std::move(parameter));
  }
  null = null && use->property->nullable;
  const std::string is_null = use->name + " IS NULL";
  if (list.empty()) {
    if (!null) return wanted ? never() : always();
    return {.sql = use->name + (wanted ? " IS NULL" : " IS NOT NULL")};
  }
  Piece piece{.sql = use->name + (wanted ? " IN (" : " NOT IN (") + list + ")"};
  piece.indexed = wanted && use->indexed && !null;
  // What is not listed takes null unless null is listed; NOT IN alone does not take it.
  if (use->property->nullable && null == wanted)
    piece.sql = "(" + piece.sql + " OR " + is_null + ")";
  return piece;
}

Piece Compiler::prefix(const ColumnUse& use, const std::string& text, bool wanted) {
  const std::string end = after_prefix(text);
  if (end.empty()) return unknown();
  Parameter from{.kind = Kind::kBlob, .octets = text};
  Parameter to{.kind = Kind::kBlob, .octets = end};
  if (wanted) {
    std::string sql = term(use, Op::kGe, std::move(from));
    return {.sql = "(" + sql + " AND " + term(use, Op::kLt, std::move(to)) + ")",
            .indexed = use.indexed};
  }
  std::string sql = term(use, Op::kLt, std::move(from));
  return {.sql = "(" + sql + " OR " + term(use, Op::kGe, std::move(to)) + ")"};
}

Piece Compiler::text_test(NodeIndex index, bool wanted) {
  const auto use = column_of(filter_.child(index, 0));
  const NodeIndex part = filter_.child(index, 1);
  if (!use || !use->folded || filter_[part].op != Op::kLiteral) return unknown();
  const auto* text = std::get_if<std::string>(&filter_.literal(part));
  if (text == nullptr) return never();  // null, whatever the column holds
  const std::string folded = base::ascii_lower(*text);
  if (folded.empty()) {  // every text holds it
    if (!wanted) return never();
    return {.sql = use->property->nullable ? use->name + " IS NOT NULL" : ""};
  }
  const Op op = filter_[index].op;
  if (op == Op::kStartsWith) return prefix(*use, folded, wanted);
  const std::string placeholder = bind({.kind = Kind::kBlob, .octets = folded});
  const std::string test = op == Op::kContains ? dialect_.contains(use->plain, placeholder)
                                               : dialect_.ends_with(use->plain, placeholder);
  return {.sql = wanted ? test : "NOT " + test};
}

Piece Compiler::found(NodeIndex index, bool wanted) {
  const auto children = filter_.children(index);
  const auto& text = std::get<std::string>(filter_.literal(children[0]));
  const std::size_t before = parameters_.size();
  const std::string part = bind({.kind = Kind::kBlob, .octets = base::ascii_lower(text)});
  std::vector<std::string> terms;
  for (const NodeIndex child : children.subspan(1)) {
    const auto use = column_of(child);
    if (!use || !use->folded) {
      parameters_.resize(before);
      return unknown();
    }
    const std::string test = dialect_.contains(use->plain, part);
    terms.push_back(wanted ? test : "(" + use->plain + " IS NULL OR NOT " + test + ")");
  }
  return {.sql = joined(terms, wanted ? " OR " : " AND ")};
}

}  // namespace

std::string after_prefix(std::string prefix) {
  while (prefix.ends_with('\xFF')) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

Condition compile_condition(const Dialect& dialect, const edm::EntitySet& set,
                            const Expression& filter, std::size_t first_parameter,
                            GivenRange given) {
  Compiler compiler(dialect, set, filter, first_parameter, given);
  Piece piece = compiler.node(filter.root, true);
  return {.sql = std::move(piece.sql),
          .parameters = compiler.take(),
          .exact = piece.exact,
          .indexed = piece.indexed};
}

}  // namespace muster::store
