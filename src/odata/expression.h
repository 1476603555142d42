// What a filter or sort key means: a tree of operations on one entity, typed by the model (OData
// 4.01 URL Conventions §5.1.1). Made by bind.h, evaluated by evaluate.h, which is the reference for
// every store. Flat: nodes stand in one array, children before their parent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/timestamp.h"
#include "edm/record.h"

namespace muster::odata {

enum class ValueType : std::uint8_t {
  kNull,  // the literal, and an alias without a value
  kBoolean,
  kInteger,  // Edm.Int32, Edm.Int64 and their like
  kDouble,   // Edm.Double and Edm.Decimal, both in double precision
  kString,
  kGuid,
  kBinary,
  kDateTimeOffset,
  kDate,
  kTimeOfDay,
  kDuration,
  kEnum,
  kComplex,
};

struct ResultType {
  ValueType value = ValueType::kNull;
  bool collection = false;
  // Text that compares octet by octet: keys and secrets. Other text compares without ASCII case.
  bool exact = false;
  const edm::EnumType* enumeration = nullptr;
  const edm::ComplexType* complex = nullptr;
};

// As messages name it: Edm.Int32, Collection(Edm.String), microsoft.graph.mimeContent.
[[nodiscard]] std::string type_name(const ResultType& type);
[[nodiscard]] ResultType type_of(const edm::Property& property);

// The comment says what Node::index is (nothing if not said) and what the children are.
enum class Op : std::uint8_t {
  kLiteral,   // in Expression::literals
  kProperty,  // ordinal of the entity's property
  kMember,    // ordinal of the member. Child: complex value
  kVariable,  // how many collections are being walked around the one that it is an item of
  kOr,        // two or more
  kAnd,       // two or more
  kNot,
  kEq,
  kNe,
  kGt,
  kGe,
  kLt,
  kLe,
  kHas,
  kIn,            // Children: operand, then literals
  kInCollection,  // Children: operand, collection
  kAdd,
  kSub,
  kMul,
  kDiv,
  kDivBy,
  kMod,
  kNegate,
  kAny,    // depth, as kVariable has it. Children: collection, perhaps predicate
  kAll,    // the same
  kCount,  // the same
  kContains,
  kStartsWith,
  kEndsWith,
  kLength,
  kIndexOf,
  kSubstring,
  kConcat,
  kToLower,
  kToUpper,
  kTrim,
  kYear,
  kMonth,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kFractionalSeconds,
  kTotalOffsetMinutes,
  kTotalSeconds,
  kDate,
  kTime,
  kRound,
  kFloor,
  kCeiling,
  kCast,     // to the node's type
  kMatches,  // $search: whether one of the texts contains the first. Never null
};

// int64: integers, members of enumerations, and ticks of 100 ns for dates without time, times and
// durations. Strings: text, GUIDs in lower case, octets.
using Literal =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, base::Timestamp>;

using NodeIndex = std::uint32_t;

struct Node {
  Op op = Op::kLiteral;
  ResultType type;
  std::uint32_t index = 0;
  std::uint32_t first = 0;  // in Expression::children
  std::uint32_t count = 0;
};

inline constexpr std::size_t kMaxExpressionNodes = 10'000;
inline constexpr std::size_t kMaxExpressionDepth = 200;
inline constexpr std::size_t kMaxListItems = 1'000;
inline constexpr std::size_t kMaxOrderKeys = 16;

// Immutable once bound; read from any thread.
struct Expression {
  const edm::EntityType* type = nullptr;
  std::vector<Node> nodes;
  std::vector<NodeIndex> child_indexes;
  std::vector<Literal> literals;
  NodeIndex root = 0;
  edm::PropertyMask properties = 0;  // that it looks at

  [[nodiscard]] const Node& operator[](NodeIndex index) const { return nodes[index]; }
  [[nodiscard]] std::span<const NodeIndex> children(NodeIndex index) const {
    return std::span(child_indexes).subspan(nodes[index].first, nodes[index].count);
  }
  [[nodiscard]] NodeIndex child(NodeIndex index, std::size_t n) const {
    return child_indexes[nodes[index].first + n];
  }
  [[nodiscard]] const Literal& literal(NodeIndex index) const {
    return literals[nodes[index].index];
  }
};

// `$orderby`. Null comes before every value, text is compared without ASCII case and dates are
// instants; entities that are equal in every key come in the order of their own key, in the
// direction of the last one, so that an index that holds both can be walked either way.
struct Order {
  struct Key {
    NodeIndex node = 0;
    bool descending = false;
    // Text counts up to so many octets, so that a position in the list has a bounded size.
    std::uint32_t text_octets = 0;
  };
  Expression expression;  // holds the nodes of all keys; its root means nothing
  std::vector<Key> keys;
  bool descending = false;  // the direction of the entity's own key
};

// A place between entities of an ordered list: just after the one with these values and this key.
// Booleans, numbers of members and ticks are int64, text is folded and cut.
using SortValue = std::variant<std::monostate, std::int64_t, double, std::string>;
struct Position {
  Position(std::string of_key) : key(std::move(of_key)) {}  // NOLINT: a list without $orderby
  Position(std::vector<SortValue> by, std::string of_key)
      : values(std::move(by)), key(std::move(of_key)) {}
  std::vector<SortValue> values;
  std::string key;
};

}  // namespace muster::odata
