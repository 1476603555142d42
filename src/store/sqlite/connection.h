// SQLite's C API with owners for its handles and its codes as the store's errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "store/row_codec.h"

struct sqlite3;
struct sqlite3_stmt;

namespace muster::store::sqlite {

// Codes of sqlite3_step() that are not faults.
enum class Step : std::uint8_t { kRow, kDone };

// A prepared statement. Must go before its connection.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  // Parameters are numbered from 1. The cell's octets must stay until reset().
  void bind(int parameter, const Cell& cell);
  void bind(int parameter, std::int64_t value);
  // Errors as last_error() has them.
  [[nodiscard]] base::Result<Step> step();
  // Columns from 0; octets stay until the next step() or reset().
  [[nodiscard]] Cell column(int index) const;
  // Ends the execution; parameters are kept, but not the octets that they point to.
  void reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

enum class OpenMode : std::uint8_t { kCreate, kReadWrite, kReadOnly };

// One connection, used by one thread at a time.
class Connection {
 public:
  // `vfs` may be empty. Nothing is read yet, so that a damaged file shows itself later.
  [[nodiscard]] static base::Result<Connection> open(const std::string& path, OpenMode mode,
                                                     const std::string& vfs,
                                                     std::chrono::milliseconds busy_timeout);

  [[nodiscard]] base::Result<Statement> prepare(const std::string& sql);
  // Any number of statements whose rows do not matter.
  [[nodiscard]] base::Status execute(const char* sql);
  // The first column of the first row as text; empty if there is no row.
  [[nodiscard]] base::Result<std::string> text_of(const std::string& sql);

  // Whether a transaction was begun and is not ended, also not by SQLite itself after a fault.
  [[nodiscard]] bool in_transaction() const;
  // Rows changed by the last statement that ran.
  [[nodiscard]] int changes() const;
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// How a fault is dealt with.
enum class FaultKind : std::uint8_t {
  kBusy,      // another process writes
  kFull,      // no space left
  kInput,     // reading, writing or syncing failed: the connection is not to be trusted any more
  kConflict,  // a unique key exists
  kDamaged,   // the file is not what SQLite wrote
  kOther,     // a bug, or no memory
};
[[nodiscard]] FaultKind fault_kind(sqlite3* handle);

// The last fault of the connection as an error of the store: kInsufficientStorage or kUnavailable
// with retry_after, kConflict, otherwise kInternal.
[[nodiscard]] base::Error last_error(sqlite3* handle);

}  // namespace muster::store::sqlite
