// Moves the write-ahead log into the database file beside the writer, so that no commit waits for
// it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

#include "store/open.h"

struct sqlite3;

namespace muster::store::sqlite {

// The log starts anew only when all of it was moved and nobody reads it. While writes go on, a
// thread alone never gets all of it; so it moves the bulk, and when little is left, the writer
// moves the rest between two groups. That bounds the log to a small multiple of
// SqliteOptions::checkpoint_pages, whatever the load. note() and finish() are called by the writer.
class Checkpointer {
 public:
  explicit Checkpointer(const SqliteOptions& options);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // The log has that many pages after a commit.
  void note(std::size_t pages);
  // Moves the rest on the writer's connection if it is time. Not in a transaction.
  void finish(sqlite3* writer);

 private:
  void run();
  void move_bulk();
  [[nodiscard]] bool move_once(sqlite3* handle, std::size_t& rest);

  const SqliteOptions& options_;
  std::mutex moving_;  // held while either thread moves: SQLite itself would not wait
  std::mutex mutex_;   // guards wanted_ and stop_
  std::condition_variable changed_;
  bool wanted_ = false;
  bool stop_ = false;
  std::atomic<std::size_t> pages_{0};
  // Of the writer only: pages at which the thread is woken, and at which the writer helps anyhow.
  std::size_t wake_at_;
  std::size_t help_at_;
  std::atomic<bool> rest_is_small_{false};
  std::thread thread_;
};

}  // namespace muster::store::sqlite
