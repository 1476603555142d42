#include "store/sqlite/sqlite_store.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/migrations.h"

namespace muster::store::sqlite {
namespace {

base::Error file_error(const std::string& path, const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, "Database '" + path + "': " + why, path);
}

// SQLite would make the file as the umask allows; log and index get the file's own mode.
base::Status make_private_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return file_error(path, std::strerror(errno));
  ::close(descriptor);
  return base::done();
}

// Asked of a connection that cannot write: one that can turns on the log.
base::Status expect_sound(const SqliteOptions& options) {
  auto connection =
      Connection::open(options.path, OpenMode::kReadOnly, options.vfs, options.busy_timeout);
  if (!connection) return file_error(options.path, connection.error().message);
  base::Status status = expect_migrated(*connection, options.path);
  if (status.ok() || status.error().code == base::ErrorCode::kConfiguration) return status;
  return file_error(options.path, status.error().message);
}

// A connection takes hold of the log's index with its first read.
base::Result<SharedView> open_view(const SqliteOptions& options) {
  Connection connection = MUSTER_TRY(
      Connection::open(options.path, OpenMode::kReadWrite, options.vfs, options.busy_timeout));
  static_cast<void>(MUSTER_TRY(connection.text_of("SELECT count(*) FROM sqlite_schema")));
  return SharedView::open(std::move(connection));
}

// Gives the session back however the read ends.
class Loan {
 public:
  Loan(ReadPool& pool, std::unique_ptr<Session> session)
      : pool_(pool), session_(std::move(session)) {}
  ~Loan() { pool_.give_back(std::move(session_)); }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  [[nodiscard]] Session& session() { return *session_; }

 private:
  ReadPool& pool_;
  std::unique_ptr<Session> session_;
};

}  // namespace

base::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  if (options.as_it_is) {
    MUSTER_TRY(expect_sound(options));
  } else {
    MUSTER_TRY(make_private_file(options.path));
  }
  auto writing = open_for_writing(options, OpenMode::kReadWrite);
  if (!writing) return file_error(options.path, writing.error().message);
  if (!options.as_it_is) MUSTER_TRY(migrate((*writing)->connection(), options.path));
  auto view = open_view(options);
  if (!view) return file_error(options.path, view.error().message);
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(options), std::move(writing).value(), std::move(view).value()));
}

SqliteStore::SqliteStore(SqliteOptions options, std::unique_ptr<Session> writing, SharedView view)
    : options_(std::move(options)),
      view_(std::move(view)),
      readers_(options_),
      writer_(options_, std::move(writing), view_) {}

base::Status SqliteStore::read(const std::function<base::Status(Reader&)>& read) {
  Loan loan(readers_, MUSTER_TRY(readers_.borrow()));
  return read(loan.session());
}

void SqliteStore::write(std::string_view tenant, Work work, Completion completion) {
  WriteJob job{std::string(tenant), std::move(work), std::move(completion)};
  if (!writer_.push(job)) job.completion(queue_full());
}

}  // namespace muster::store::sqlite
