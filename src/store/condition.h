// Filters as SQL, for any engine: what of an expression can be said in the SQL that engines share,
// with every value a parameter. What cannot be said is left to odata::Evaluator, so that the SQL
// takes at least the records that the filter takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "odata/expression.h"
#include "store/row_codec.h"
#include "store/row_layout.h"

namespace muster::store {

// What engines spell differently. Implementations hold no state.
class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual std::string placeholder(std::size_t number) const = 0;
  // A text column as octets in ASCII lower case.
  [[nodiscard]] virtual std::string folded(const std::string& column) const = 0;
  // Whether octets hold, or end in, others.
  [[nodiscard]] virtual std::string contains(const std::string& octets,
                                             const std::string& part) const = 0;
  [[nodiscard]] virtual std::string ends_with(const std::string& octets,
                                              const std::string& part) const = 0;
  // A column among those that rows are ordered by: null comes before all values, and after them
  // when descending.
  [[nodiscard]] virtual std::string ordered(const std::string& column, bool nullable,
                                            bool descending) const = 0;
  // The column in a term that must not lead into an index.
  [[nodiscard]] virtual std::string not_indexed(const std::string& column) const = 0;
};

// A value for a placeholder.
struct Parameter {
  Cell::Kind kind = Cell::Kind::kNull;
  std::int64_t integer = 0;
  std::string octets = {};
  [[nodiscard]] Cell cell() const { return {.kind = kind, .integer = integer, .octets = octets}; }
};

// Which ends of a range over a column somebody else gives, who walks its index: conditions on them
// must not lead into the index at another place.
struct GivenRange {
  std::size_t column = 0;  // position in the layout; 0 for none
  bool lower = false;
  bool upper = false;
};

struct Condition {
  std::string sql = {};  // empty: every record
  std::vector<Parameter> parameters = {};
  bool exact = true;     // it says all that the filter says
  bool indexed = false;  // an index leads to the records
};

// Placeholders are numbered from `first_parameter`.
[[nodiscard]] Condition compile_condition(const Dialect& dialect, const edm::EntitySet& set,
                                          const odata::Expression& filter,
                                          std::size_t first_parameter, GivenRange given = {});

// The least text that is greater than every text with this prefix; empty when there is none.
[[nodiscard]] std::string after_prefix(std::string prefix);

}  // namespace muster::store
