#include "store/sqlite/group_writer.h"

#include <utility>

#include <pthread.h>
#include <sqlite3.h>

namespace muster::store::sqlite {
namespace {

using Control = Session::Control;

// synchronous=FULL syncs the log at every commit: without it a power cut takes acknowledged writes.
// The log is moved by the checkpointer, not by whoever happens to commit. `secure_delete` is off,
// against Debian's default: it would rewrite freed pages with zeros to hide deleted secrets, but
// secrets are sealed wherever they are, and it costs a third of the throughput.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA journal_size_limit = 134217728;"
    "PRAGMA secure_delete = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -16384;";

int note_pages(void* checkpointer, sqlite3* /*handle*/, const char* /*schema*/, int pages) {
  static_cast<Checkpointer*>(checkpointer)->note(static_cast<std::size_t>(pages));
  return SQLITE_OK;
}

// After these the connection's view of the file is not to be trusted: a page that could not be
// synced may be thought clean by the kernel.
bool needs_reopening(FaultKind kind) {
  return kind == FaultKind::kInput || kind == FaultKind::kDamaged || kind == FaultKind::kOther;
}

}  // namespace

base::Result<std::unique_ptr<Session>> open_for_writing(const SqliteOptions& options,
                                                        OpenMode mode) {
  Connection connection =
      MUSTER_TRY(Connection::open(options.path, mode, options.vfs, options.busy_timeout));
  MUSTER_TRY(connection.execute(kPragmas));
  if (MUSTER_TRY(connection.text_of("PRAGMA journal_mode")) != "wal") {
    return base::fail(base::ErrorCode::kUnavailable,
                      "The file system does not allow a write-ahead log.");
  }
  return std::make_unique<Session>(std::move(connection), options.vault);
}

GroupWriter::GroupWriter(const SqliteOptions& options, std::unique_ptr<Session> session,
                         SharedView& view)
    : options_(options),
      queue_(options.queue_limit),
      checkpointer_(options),
      session_(std::move(session)),
      view_(view),
      health_(options.health_interval) {
  sqlite3_wal_hook(session_->connection().handle(), note_pages, &checkpointer_);
  thread_ = std::thread([this] { run(); });
}

GroupWriter::~GroupWriter() {
  queue_.close();
  thread_.join();
}

void GroupWriter::run() {
  pthread_setname_np(pthread_self(), "store-writer");
  Group group;
  view_.hold();
  while (queue_.take(group, options_.max_group)) {
    view_.release();
    if (!group.empty()) perform(group);
    for (WriteJob& job : group) job.completion(std::move(job.outcome));
    group.clear();
    probe();
    if (session_) checkpointer_.finish(session_->connection().handle());
    view_.hold();
  }
  view_.release();
}

void GroupWriter::perform(Group& group) {
  auto ready = ensure_session();
  if (!ready) return give_up(group, ready.error());
  if (attempt(group, Isolation::kNone) == Attempt::kSettled) return;
  // A work failed after it had written. Everything runs again, each work with a savepoint of its
  // own; the usual case pays for none.
  ready = ensure_session();
  if (!ready) return give_up(group, ready.error());
  static_cast<void>(attempt(group, Isolation::kEachWork));
}

GroupWriter::Attempt GroupWriter::attempt(Group& group, Isolation isolation) {
  auto begun = session_->control(Control::kBegin);
  if (!begun) {
    give_up(group, begun.error());
    return Attempt::kSettled;
  }
  std::uint64_t good = 0;
  bool wrote = false;
  for (WriteJob& job : group) {
    job.outcome = run_job(job, isolation);
    if (session_->fault()) {
      give_up(group, base::Error(*session_->fault()));
      return Attempt::kSettled;
    }
    if (job.outcome.ok()) {
      ++good;
      wrote = wrote || session_->wrote();
    }
    if (!job.outcome.ok() && session_->wrote() && isolation == Isolation::kNone) {
      roll_back();
      return Attempt::kAgainIsolated;
    }
  }
  auto committed = session_->control(Control::kCommit);
  if (!committed) {
    give_up(group, committed.error());
    return Attempt::kSettled;
  }
  writes_ += good;
  if (wrote) {  // an empty commit proves nothing about the disk
    ++commits_;
    if (options_.on_commit) options_.on_commit(good);
    health_.note(std::nullopt);
  }
  return Attempt::kSettled;
}

base::Status GroupWriter::run_job(WriteJob& job, Isolation isolation) {
  const bool isolated = isolation == Isolation::kEachWork;
  if (isolated) MUSTER_TRY(session_->control(Control::kSavepoint));
  session_->start_work();
  base::Status status = run_work(job.work, *session_);
  if (!isolated || session_->fault()) return status;
  if (!status.ok()) MUSTER_TRY(session_->control(Control::kRewind));
  MUSTER_TRY(session_->control(Control::kRelease));
  return status;
}

base::Status GroupWriter::ensure_session() {
  if (session_) return base::done();
  // Never kCreate: a file that was taken away must not come back empty.
  session_ = MUSTER_TRY(open_for_writing(options_, OpenMode::kReadWrite));
  sqlite3_wal_hook(session_->connection().handle(), note_pages, &checkpointer_);
  return base::done();
}

// `error` may be the session's own and goes with it: by value where it matters.
void GroupWriter::give_up(Group& group, const base::Error& error) {
  for (WriteJob& job : group) job.outcome = base::Status(error);
  failed_writes_ += group.size();
  health_.note(error);
  if (session_) roll_back();
}

void GroupWriter::roll_back() {
  const auto kind = session_->kind_of_fault();
  session_->clear_fault();
  // After some faults SQLite has ended the transaction itself.
  const bool clean =
      !session_->connection().in_transaction() || session_->control(Control::kRollback).ok();
  if (!clean || (kind && needs_reopening(*kind))) session_.reset();
}

base::Status GroupWriter::health() {
  if (queue_.full()) return queue_full();
  return health_.get([this] { queue_.wake(); });
}

StoreStatistics GroupWriter::statistics() const {
  return {.queue_length = queue_.length(),
          .commits = commits_,
          .writes = writes_,
          .failed_writes = failed_writes_};
}

void GroupWriter::probe() {
  if (!health_.take_probe()) return;
  base::Status status = ensure_session();
  if (status.ok()) status = probe_disk();
  if (session_) roll_back();
  health_.note(status.ok() ? std::nullopt : std::optional(status.error()));
}

// While all is well, to be allowed to write is enough and costs no sync. After a failure, only a
// commit that takes new pages and syncs the log proves that it is over.
base::Status GroupWriter::probe_disk() {
  const bool failed_before = health_.failing();
  MUSTER_TRY(session_->control(Control::kBegin));
  if (!failed_before) return base::done();
  MUSTER_TRY(session_->connection().execute(
      "INSERT INTO store_probe (filler) VALUES (zeroblob(65536)); DELETE FROM store_probe;"));
  return session_->control(Control::kCommit);
}

}  // namespace muster::store::sqlite
