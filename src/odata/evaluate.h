// The meaning of expressions, record by record: the reference that every store is measured by.
//
// Comparison with null (OData 4.01 URL Conventions §5.1.1.1): `eq`, `ne` and `in` take null for a
// value of its own; `gt` and `lt` of null are false, `ge` and `le` true if both are null; `and`,
// `or` and `not` are three-valued; every other operation on null is null. A filter keeps what is
// true. Text compares without ASCII case unless it is exact; lengths count code points. Integers
// that leave 64 bits go on as doubles; a division by zero is null (by a literal zero it is refused
// when it is bound).
//
// Cost: linear in the expression and the texts of the record. Cannot fail.
#pragma once

#include <compare>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "odata/expression.h"

namespace muster::odata {

// What a node has for a value on one record. Views point into the record, the expression, or
// scratch of the evaluator.
using Datum = std::variant<std::monostate, bool, std::int64_t, double, std::string_view,
                           base::Timestamp, const edm::Complex*, const edm::Collection*>;

// For many records one after another, on one thread. The expression must outlive it.
class Evaluator {
 public:
  explicit Evaluator(const Expression& expression) : expression_(expression) {}

  // Whether the root is true. The record must have what Expression::properties names.
  [[nodiscard]] bool matches(const edm::Record& record);
  // Valid until the next call of matches() or value().
  [[nodiscard]] Datum value(const edm::Record& record, NodeIndex node);

 private:
  [[nodiscard]] Datum operand(NodeIndex index);
  [[nodiscard]] Datum eval(NodeIndex index);
  [[nodiscard]] Datum eval_operation(NodeIndex index);
  [[nodiscard]] Datum test_text(NodeIndex index);
  [[nodiscard]] Datum eval_text(NodeIndex index);
  [[nodiscard]] Datum logic(NodeIndex index, bool decisive);
  [[nodiscard]] Datum compare_nodes(NodeIndex index);
  [[nodiscard]] bool is_in(NodeIndex index);
  [[nodiscard]] bool is_in_collection(NodeIndex index);
  [[nodiscard]] Datum over_items(NodeIndex index);
  [[nodiscard]] bool found(NodeIndex index);
  [[nodiscard]] Datum cast(NodeIndex index);
  [[nodiscard]] std::string_view keep(std::string text);

  const Expression& expression_;
  const edm::Record* record_ = nullptr;
  std::vector<const edm::Value*> items_;  // of the collections that are being walked
  std::deque<std::string> scratch_;
};

// Makes positions of records in an ordered list, on one thread. The order must outlive it.
class Ranker {
 public:
  explicit Ranker(const Order& order) : order_(order), evaluator_(order.expression) {}
  [[nodiscard]] Position position(const edm::Record& record);

 private:
  const Order& order_;
  Evaluator evaluator_;
};

// Which of two positions of a list in this order comes first.
[[nodiscard]] std::strong_ordering compare(const Order& order, const Position& a,
                                           const Position& b);

// Text as it compares: ASCII letters in lower case unless it is exact.
[[nodiscard]] std::strong_ordering compare_text(std::string_view a, std::string_view b, bool exact);

}  // namespace muster::odata
