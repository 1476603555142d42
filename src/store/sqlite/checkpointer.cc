#include "store/sqlite/checkpointer.h"

#include <sqlite3.h>

#include "store/sqlite/connection.h"

namespace muster::store::sqlite {
namespace {

constexpr std::size_t kSmallRest = 2'000;  // pages; a few milliseconds
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
  // A failure shows itself at the next commit or is tried again; nothing is lost meanwhile.
  sqlite3_wal_checkpoint_v2(writer, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void Checkpointer::run() {
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
  for (int round = 0; round < kMaxRounds; ++round) {
    int in_log = 0;
    int moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(connection->handle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
    if (code != SQLITE_OK) return;
    const auto rest = pages_.load() - static_cast<std::size_t>(moved);
    if (pages_ < static_cast<std::size_t>(moved) || rest <= kSmallRest) break;
  }
  rest_is_small_ = true;
}

}  // namespace muster::store::sqlite
