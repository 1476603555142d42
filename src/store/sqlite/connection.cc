#include "store/sqlite/connection.h"

#include <cerrno>

#include <sqlite3.h>

namespace muster::store::sqlite {
namespace {

using base::ErrorCode;

bool out_of_space(sqlite3* handle) {
  // The quota of a user has an errno of its own, which SQLite reports as a plain write error.
  const int number = sqlite3_system_errno(handle);
  return number == ENOSPC || number == EDQUOT;
}

base::Error later(ErrorCode code, std::string message, std::chrono::seconds retry_after) {
  base::Error error = base::fail(code, std::move(message));
  error.retry_after = retry_after;
  return error;
}

int open_flags(OpenMode mode) {
  // Each connection is used by one thread at a time, so SQLite needs no lock of its own.
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case OpenMode::kCreate:
      return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case OpenMode::kReadWrite:
      return kCommon | SQLITE_OPEN_READWRITE;
    case OpenMode::kReadOnly:
      break;
  }
  return kCommon | SQLITE_OPEN_READONLY;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

void Statement::bind(int parameter, const Cell& cell) {
  sqlite3_stmt* const handle = handle_.get();
  switch (cell.kind) {
    case Cell::Kind::kNull:
      sqlite3_bind_null(handle, parameter);
      return;
    case Cell::Kind::kInteger:
      sqlite3_bind_int64(handle, parameter, cell.integer);
      return;
    case Cell::Kind::kText:
      sqlite3_bind_text64(handle, parameter, cell.octets.data(), cell.octets.size(), SQLITE_STATIC,
                          SQLITE_UTF8);
      return;
    case Cell::Kind::kBlob:
      sqlite3_bind_blob64(handle, parameter, cell.octets.data(), cell.octets.size(), SQLITE_STATIC);
      return;
  }
}

void Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), parameter, value);
}

base::Result<Step> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return Step::kRow;
  if (code == SQLITE_DONE) return Step::kDone;
  return last_error(sqlite3_db_handle(handle_.get()));
}

Cell Statement::column(int index) const {
  // Asked of the value, not of the statement, which would be entered and left for each question;
  // with no thread beside this one on the connection that is as safe (SQLite, "protected" values).
  sqlite3_value* const value = sqlite3_column_value(handle_.get(), index);
  const auto octets = [value](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    return std::string_view(data == nullptr ? "" : static_cast<const char*>(data), size);
  };
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return {.kind = Cell::Kind::kInteger, .integer = sqlite3_value_int64(value)};
    case SQLITE_TEXT:
      return {.kind = Cell::Kind::kText, .octets = octets(sqlite3_value_text(value))};
    case SQLITE_BLOB:
      return {.kind = Cell::Kind::kBlob, .octets = octets(sqlite3_value_blob(value))};
    default:
      return {};
  }
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
}

void Connection::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

base::Result<Connection> Connection::open(const std::string& path, OpenMode mode,
                                          const std::string& vfs,
                                          std::chrono::milliseconds busy_timeout) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, open_flags(mode), vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(handle);
  if (code != SQLITE_OK) {
    if (handle == nullptr) return base::fail(ErrorCode::kInternal, "SQLite has no memory.");
    return last_error(handle);
  }
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  return connection;
}

base::Result<Statement> Connection::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return last_error(handle());
  return Statement(statement);
}

base::Status Connection::execute(const char* sql) {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return last_error(handle());
  }
  return base::done();
}

base::Result<std::string> Connection::text_of(const std::string& sql) {
  Statement statement = MUSTER_TRY(prepare(sql));
  if (MUSTER_TRY(statement.step()) == Step::kDone) return std::string();
  const Cell cell = statement.column(0);
  return cell.kind == Cell::Kind::kInteger ? std::to_string(cell.integer)
                                           : std::string(cell.octets);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle()) == 0;
}

int Connection::changes() const {
  return sqlite3_changes(handle());
}

FaultKind fault_kind(sqlite3* handle) {
  const int extended = sqlite3_extended_errcode(handle);
  switch (extended & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return FaultKind::kBusy;
    case SQLITE_FULL:
      return FaultKind::kFull;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return out_of_space(handle) ? FaultKind::kFull : FaultKind::kInput;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return FaultKind::kDamaged;
    default:
      break;
  }
  const bool taken =
      extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY;
  return taken ? FaultKind::kConflict : FaultKind::kOther;
}

base::Error last_error(sqlite3* handle) {
  const std::string detail = std::string(" (SQLite: ") + sqlite3_errmsg(handle) + ", code " +
                             std::to_string(sqlite3_extended_errcode(handle)) + ")";
  switch (fault_kind(handle)) {
    case FaultKind::kBusy:
      return later(ErrorCode::kUnavailable, "The database is locked" + detail,
                   std::chrono::seconds(1));
    case FaultKind::kFull:
      return later(ErrorCode::kInsufficientStorage, "The disk is full" + detail,
                   std::chrono::seconds(10));
    case FaultKind::kInput:
      return later(ErrorCode::kUnavailable, "The database cannot be used" + detail,
                   std::chrono::seconds(5));
    case FaultKind::kConflict:
      return base::fail(ErrorCode::kConflict, "A record of that key exists.");
    case FaultKind::kDamaged:
      return base::fail(ErrorCode::kInternal, "The database is damaged" + detail);
    case FaultKind::kOther:
      break;
  }
  return base::fail(ErrorCode::kInternal, "The database failed" + detail);
}

}  // namespace muster::store::sqlite
