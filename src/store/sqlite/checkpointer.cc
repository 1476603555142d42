#include "store/sqlite/checkpointer.h"

#include <pthread.h>
#include <sqlite3.h>

#include "store/sqlite/connection.h"

namespace muster::store::sqlite {
namespace {

constexpr std::size_t kSmallPart = 10;  // a tenth of checkpoint_pages takes the writer moments
constexpr int kMaxRounds = 8;
constexpr std::size_t kWriterHelpsAt = 4;  // times checkpoint_pages

}  // namespace

Checkpointer::Checkpointer(const SqliteOptions& options)
    : options_(options),
      wake_at_(options.checkpoint_pages),
      help_at_(options.checkpoint_pages * kWriterHelpsAt),
      thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Checkpointer::note(std::size_t pages) {
  if (pages < pages_) {  // the log started anew
    wake_at_ = options_.checkpoint_pages;
    help_at_ = options_.checkpoint_pages * kWriterHelpsAt;
  }
  pages_ = pages;
  if (pages < wake_at_) return;
  wake_at_ = pages + options_.checkpoint_pages;  // again, if a reader keeps the log
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_one();
}

void Checkpointer::finish(sqlite3* writer) {
  const bool late = pages_ >= help_at_;
  if (!rest_is_small_.exchange(false) && !late) return;
  if (late) help_at_ = pages_ + options_.checkpoint_pages;
  const std::lock_guard moving(moving_);
  // A failure shows itself at the next commit or is tried again; nothing is lost meanwhile.
  sqlite3_wal_checkpoint_v2(writer, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void Checkpointer::run() {
  pthread_setname_np(pthread_self(), "store-log");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return wanted_ || stop_; });
    if (stop_) return;
    wanted_ = false;
    lock.unlock();
    move_bulk();
    lock.lock();
  }
}

void Checkpointer::move_bulk() {
  auto connection =
      Connection::open(options_.path, OpenMode::kReadWrite, options_.vfs, options_.busy_timeout);
  if (!connection) return;
  // The database must be durable before the log is overwritten.
  if (!connection->execute("PRAGMA synchronous = FULL")) return;
  std::size_t rest = 0;
  for (int round = 0; round < kMaxRounds; ++round) {
    if (!move_once(connection->handle(), rest)) return;
    if (rest <= options_.checkpoint_pages / kSmallPart) break;
  }
  rest_is_small_ = true;
}

bool Checkpointer::move_once(sqlite3* handle, std::size_t& rest) {
  int in_log = 0;
  int moved = 0;
  const std::lock_guard moving(moving_);
  if (sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved) !=
      SQLITE_OK) {
    return false;
  }
  const auto done = static_cast<std::size_t>(moved < 0 ? 0 : moved);
  const std::size_t pages = pages_;  // by now; the log may have started anew
  rest = pages > done ? pages - done : 0;
  return true;
}

}  // namespace muster::store::sqlite
