#include "store/backup.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"

namespace muster::store {
namespace {

using sqlite::Connection;
using sqlite::OpenMode;

constexpr std::chrono::seconds kPatience{10};  // with a process that opens or closes the file
constexpr int kPagesAtOnce = 1'024;            // 4 MiB between two calls of the progress

base::Error named(const std::string& path, base::Error error) {
  if (error.code == base::ErrorCode::kConfiguration) return error;
  error.message = "Database '" + path + "': " + error.message;
  return error;
}

base::Error damaged(const std::string& path, const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, "Database '" + path + "' is damaged: " + why,
                    path);
}

base::Result<CopyFacts> facts_of(Connection& connection, const std::string& path) {
  CopyFacts facts;
  facts.schema = MUSTER_TRY(sqlite::schema_of(connection, path));
  sqlite::Statement tables = MUSTER_TRY(connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
      "ESCAPE '~' ORDER BY name"));
  while (MUSTER_TRY(tables.step()) == sqlite::Step::kRow) {
    const std::string name(tables.column(0).octets);
    sqlite::Statement count =
        MUSTER_TRY(connection.prepare("SELECT count(*) FROM \"" + name + "\""));
    static_cast<void>(MUSTER_TRY(count.step()));
    facts.rows.emplace_back(name, static_cast<std::uint64_t>(count.column(0).integer));
  }
  return facts;
}

// The copy is new, ours alone and worthless until it is whole: no journal and no sync.
base::Result<Connection> make_target(const std::string& path) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made < 0) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "The file '" + path + "' cannot be made: " + std::strerror(errno) + ".",
                      path);
  }
  ::close(made);
  Connection target =
      MUSTER_TRY(Connection::open(path, OpenMode::kReadWrite, "", std::chrono::seconds(0)));
  MUSTER_TRY(target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"));
  return target;
}

struct Finish {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

// The transaction that `source` has begun holds the view that is copied: without it a commit of
// another process between two steps would make SQLite begin again, for ever beside a busy writer.
base::Status copy_pages(Connection& source, Connection& target, const CopyProgress& progress) {
  const std::string size = MUSTER_TRY(source.text_of("PRAGMA page_size"));
  const auto page = static_cast<std::uint64_t>(std::stoul(size));
  std::unique_ptr<sqlite3_backup, Finish> backup(
      sqlite3_backup_init(target.handle(), "main", source.handle(), "main"));
  if (!backup) return sqlite::last_error(target.handle());
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
    const auto all = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
    const auto rest = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
    if (progress && (code == SQLITE_OK || code == SQLITE_DONE)) {
      progress((all - rest) * page, all * page);
    }
  }
  backup.reset();  // hands its fault to the target
  return code == SQLITE_DONE ? base::done() : base::Status(sqlite::last_error(target.handle()));
}

base::Result<CopyFacts> copy(const std::string& from, const std::string& to,
                             const CopyProgress& progress) {
  Connection source = MUSTER_TRY(Connection::open(from, OpenMode::kReadOnly, "", kPatience));
  MUSTER_TRY(source.execute("BEGIN"));
  if (MUSTER_TRY(sqlite::schema_of(source, from)) == 0) {  // its first read takes the view
    return base::fail(base::ErrorCode::kConfiguration, "Database '" + from + "' is empty.", from);
  }
  Connection target = MUSTER_TRY(make_target(to));
  auto copied = copy_pages(source, target, progress);
  if (!copied) return named(to, std::move(copied).error());
  return facts_of(target, to);
}

base::Result<CopyFacts> check(const std::string& path) {
  // Writable: SQLite takes its log away when it closes the file.
  Connection connection =
      MUSTER_TRY(Connection::open(path, OpenMode::kReadWrite, "", std::chrono::seconds(0)));
  MUSTER_TRY(sqlite::schema_of(connection, path));
  const std::string verdict = MUSTER_TRY(connection.text_of("PRAGMA integrity_check(1)"));
  if (verdict != "ok") return damaged(path, verdict);
  return facts_of(connection, path);
}

}  // namespace

base::Result<CopyFacts> copy_sqlite(const std::string& from, const std::string& to,
                                    const CopyProgress& progress) {
  auto facts = copy(from, to, progress);
  if (!facts) return named(from, std::move(facts).error());
  return facts;
}

int newest_schema() {
  return sqlite::newest_version();
}

base::Result<CopyFacts> check_sqlite(const std::string& path) {
  auto facts = check(path);
  if (facts || facts.error().code == base::ErrorCode::kConfiguration) return facts;
  return damaged(path, facts.error().message);
}

}  // namespace muster::store
