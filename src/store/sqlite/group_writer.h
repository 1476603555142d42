// The one thread that writes: everything that waits is made durable by one commit.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "store/open.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/session.h"
#include "store/sqlite/shared_view.h"
#include "store/write_queue.h"
#include "store/writer_health.h"

namespace muster::store::sqlite {

// Opens a connection for writing with its settings. kConfiguration is not used here.
[[nodiscard]] base::Result<std::unique_ptr<Session>> open_for_writing(const SqliteOptions& options,
                                                                      OpenMode mode);

// Thread-safe. Destruction finishes what is queued.
class GroupWriter {
 public:
  // `session` is a first connection that works; `view` is held between the groups.
  GroupWriter(const SqliteOptions& options, std::unique_ptr<Session> session, SharedView& view);
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Takes what `job` holds. False when the queue is full; then `job` is as it was.
  [[nodiscard]] bool push(WriteJob& job) { return queue_.push(job); }

  // The state as of the last commit or probe, at most `health_interval` old. Waits for a probe a
  // quarter of a second at most.
  [[nodiscard]] base::Status health();
  [[nodiscard]] StoreStatistics statistics() const;

 private:
  using Group = std::vector<WriteJob>;
  enum class Isolation : std::uint8_t { kNone, kEachWork };
  enum class Attempt : std::uint8_t { kSettled, kAgainIsolated };

  void run();
  void perform(Group& group);
  [[nodiscard]] Attempt attempt(Group& group, Isolation isolation);
  [[nodiscard]] base::Status run_job(WriteJob& job, Isolation isolation);
  [[nodiscard]] base::Status ensure_session();
  void give_up(Group& group, const base::Error& error);
  void roll_back();
  void probe();
  [[nodiscard]] base::Status probe_disk();

  const SqliteOptions& options_;
  WriteQueue queue_;
  Checkpointer checkpointer_;
  std::unique_ptr<Session> session_;  // of the thread; absent after a fault of the file
  SharedView& view_;                  // of the thread

  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> failed_writes_{0};
  WriterHealth health_;

  std::thread thread_;  // last: everything else is made before it starts
};

}  // namespace muster::store::sqlite
