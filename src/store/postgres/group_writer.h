// The threads that write: what waits for one tenant is made durable by one commit.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store/open.h"
#include "store/postgres/losses.h"
#include "store/postgres/read_pool.h"
#include "store/postgres/session.h"
#include "store/postgres/tenant_queue.h"
#include "store/writer_health.h"

namespace muster::store::postgres {

// Thread-safe. Destruction finishes what is queued.
class GroupWriter {
 public:
  // `readers` may have to give up idle connections.
  GroupWriter(const PostgresOptions& options, const ConnectionOptions& connection, Losses& losses,
              ReadPool& readers);
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
  using Slot = std::unique_ptr<Session>;  // a thread's connection; absent after it was lost
  enum class Isolation : std::uint8_t { kNone, kEachWork };
  enum class Attempt : std::uint8_t { kSettled, kAgain, kAgainIsolated };

  void run();
  void refuse_late(Group& group);
  void perform(Slot& session, Group& group);
  [[nodiscard]] Attempt attempt(Slot& session, Group& group, Isolation isolation);
  [[nodiscard]] Attempt after_fault(Slot& session, Group& group);
  [[nodiscard]] Attempt commit(Slot& session, Group& group, std::int64_t number,
                               const std::string& mark);
  [[nodiscard]] Session::Outcome look_up(Slot& session, const Group& group, std::int64_t number,
                                         const std::string& mark);
  [[nodiscard]] base::Status run_job(Session& session, WriteJob& job, Isolation isolation) const;
  [[nodiscard]] base::Status ensure(Slot& session, Deadline due) const;
  void lose(Slot& session);
  void give_up(Group& group, const base::Error& error);
  void note_commit(const Group& group);
  void probe(Slot& session);
  [[nodiscard]] base::Status probe_database(Slot& session, Deadline due);

  const PostgresOptions& options_;
  const ConnectionOptions& connection_;
  Losses& losses_;
  ReadPool& readers_;
  TenantQueue queue_;

  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> failed_writes_{0};
  WriterHealth health_;

  std::vector<std::thread> threads_;  // last: everything else is made before they start
};

}  // namespace muster::store::postgres
