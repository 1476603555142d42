#include "store/postgres/dialect.h"

namespace muster::store::postgres {
namespace {

class PostgresDialect final : public Dialect {
 public:
  std::string placeholder(std::size_t number) const override {
    return "$" + std::to_string(number);
  }
  // Texts are octets here, and may be no text of the database's encoding (they may hold NUL). The
  // escaped form is ASCII, keeps letters as they are and is undone after them.
  std::string folded(const std::string& column) const override {
    return "decode(lower(encode(" + column + ", 'escape') COLLATE \"C\"), 'escape')";
  }
  std::string contains(const std::string& octets, const std::string& part) const override {
    return "(position(" + part + " IN " + octets + ") > 0)";
  }
  std::string ends_with(const std::string& octets, const std::string& part) const override {
    return "(length(" + octets + ") >= length(" + part + ") AND substr(" + octets + ", length(" +
           octets + ") - length(" + part + ") + 1) = " + part + ")";
  }
  // Without the words where they are of no consequence: the planner takes an index only for the
  // very order that it was made in.
  std::string ordered(const std::string& column, bool nullable, bool descending) const override {
    std::string term = column + (descending ? " DESC" : "");
    if (nullable) term += descending ? " NULLS LAST" : " NULLS FIRST";
    return term;
  }
  // Of several ranges over one column, PostgreSQL follows the narrowest.
  std::string not_indexed(const std::string& column) const override { return column; }
};

}  // namespace

const Dialect& dialect() {
  static const PostgresDialect kDialect;
  return kDialect;
}

}  // namespace muster::store::postgres
