#include "store/sqlite/dialect.h"

namespace muster::store::sqlite {
namespace {

class SqliteDialect final : public Dialect {
 public:
  std::string placeholder(std::size_t number) const override {
    return "?" + std::to_string(number);
  }
  // SQLite's lower() knows ASCII only, and octets compare without any collation.
  std::string folded(const std::string& column) const override {
    return "CAST(lower(" + column + ") AS BLOB)";
  }
  std::string contains(const std::string& octets, const std::string& part) const override {
    return "(instr(" + octets + ", " + part + ") > 0)";
  }
  std::string ends_with(const std::string& octets, const std::string& part) const override {
    return "(length(" + octets + ") >= length(" + part + ") AND substr(" + octets + ", length(" +
           octets + ") - length(" + part + ") + 1) = " + part + ")";
  }
  // Null is the least value of SQLite's own order too.
  std::string ordered(const std::string& column, bool /*nullable*/,
                      bool descending) const override {
    return column + (descending ? " DESC" : "");
  }
  std::string not_indexed(const std::string& column) const override { return "+" + column; }
};

}  // namespace

const Dialect& dialect() {
  static const SqliteDialect kDialect;
  return kDialect;
}

}  // namespace muster::store::sqlite
