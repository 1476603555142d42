#include "store/postgres/group_writer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <pthread.h>

#include "base/random.h"

namespace muster::store::postgres {
namespace {

// Runs of a group that others were in the way of, or whose connection was lost before its commit.
constexpr int kMaxRuns = 8;

// Of a lost answer's look-ups: longer waits help nobody.
constexpr int kLongestWait = 8;

Deadline due_of(const std::vector<WriteJob>& group) {
  Deadline due = Deadline::max();
  for (const WriteJob& job : group) due = std::min(due, job.due);
  return due;
}

void complete(std::vector<WriteJob>& group) {
  for (WriteJob& job : group) job.completion(std::move(job.outcome));
  group.clear();
}

}  // namespace

GroupWriter::GroupWriter(const PostgresOptions& options, const ConnectionOptions& connection,
                         Losses& losses, ReadPool& readers)
    : options_(options),
      connection_(connection),
      losses_(losses),
      readers_(readers),
      queue_(options.queue_limit),
      health_(options.health_interval) {
  const std::size_t count = std::max<std::size_t>(1, options.writers);
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
}

GroupWriter::~GroupWriter() {
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
}

void GroupWriter::run() {
  pthread_setname_np(pthread_self(), "store-writer");
  Slot session;
  Group group;
  while (queue_.take(group, options_.max_group)) {
    if (!group.empty()) {
      const std::string tenant = group.front().tenant;
      refuse_late(group);
      if (!group.empty()) perform(session, group);
      complete(group);
      queue_.give_back(tenant);
    }
    probe(session);
  }
}

// What has been waiting for too long would leave the others of its group no time.
void GroupWriter::refuse_late(Group& group) {
  const Deadline least = std::chrono::steady_clock::now() + options_.deadline / 4;
  const auto late = std::stable_partition(group.begin(), group.end(),
                                          [&](const WriteJob& job) { return job.due >= least; });
  Group refused(std::make_move_iterator(late), std::make_move_iterator(group.end()));
  group.erase(late, group.end());
  if (!refused.empty()) give_up(refused, unavailable("The write waited too long for its turn."));
  complete(refused);
}

void GroupWriter::perform(Slot& session, Group& group) {
  const Deadline due = due_of(group);
  Isolation isolation = Isolation::kNone;
  for (int run = 0; run < kMaxRuns; ++run) {
    const auto ready = ensure(session, due);
    if (!ready) return give_up(group, ready.error());
    switch (attempt(session, group, isolation)) {
      case Attempt::kSettled:
        return;
      case Attempt::kAgainIsolated:
        // A work failed after it had written, or did not find what was assumed. Everything runs
        // again, each work with a savepoint of its own and each change waited for; the usual case
        // pays for neither.
        isolation = Isolation::kEachWork;
        break;
      case Attempt::kAgain:
        back_off(run);
        break;
    }
  }
  const base::Status last = group.front().outcome;
  give_up(group, last.ok() ? unavailable("The database did not keep the write.") : last.error());
}

GroupWriter::Attempt GroupWriter::attempt(Slot& session, Group& group, Isolation isolation) {
  const std::string mark = base::random_octets(16);
  const auto number = session->begin_write(group.front().tenant, mark);
  if (session->fault()) return after_fault(session, group);
  if (!number) {
    session->roll_back();
    give_up(group, number.error());
    return Attempt::kSettled;
  }
  session->assume(isolation == Isolation::kNone);
  bool wrote = false;
  for (WriteJob& job : group) {
    job.outcome = run_job(*session, job, isolation);
    if (session->fault()) return after_fault(session, group);
    if (job.outcome.ok()) {
      wrote = wrote || session->wrote();
    } else if (session->wrote() && isolation == Isolation::kNone) {
      session->roll_back();
      return Attempt::kAgainIsolated;
    }
  }
  if (!session->confirm()) {
    if (session->fault()) return after_fault(session, group);
    session->roll_back();
    return Attempt::kAgainIsolated;
  }
  if (wrote) return commit(session, group, *number, mark);
  session->roll_back();
  writes_ += static_cast<std::uint64_t>(std::count_if(
      group.begin(), group.end(), [](const WriteJob& job) { return job.outcome.ok(); }));
  return Attempt::kSettled;
}

base::Status GroupWriter::run_job(Session& session, WriteJob& job, Isolation isolation) const {
  const bool isolated = isolation == Isolation::kEachWork;
  if (isolated) session.save();
  session.start_work();
  base::Status status = run_work(job.work, session);
  if (!isolated || session.fault()) return status;
  if (status.ok()) {
    session.release();
  } else {
    session.rewind();
  }
  return status;
}

// Nothing was committed.
GroupWriter::Attempt GroupWriter::after_fault(Slot& session, Group& group) {
  const Fault fault = *session->fault();
  session->clear_fault();
  if (fault.kind == FaultKind::kLost) {
    lose(session);
  } else {
    session->roll_back();
    if (session->fault()) session.reset();
  }
  if (may_run_again(fault.kind)) {
    group.front().outcome = base::Status(fault.error);  // to be told if it stays so
    return Attempt::kAgain;
  }
  if (fault.kind == FaultKind::kTaken) {  // a key that was assumed to be free
    group.front().outcome = base::Status(fault.error);
    return Attempt::kAgainIsolated;
  }
  give_up(group, fault.error);
  return Attempt::kSettled;
}

GroupWriter::Attempt GroupWriter::commit(Slot& session, Group& group, std::int64_t number,
                                         const std::string& mark) {
  auto outcome = session->commit();
  if (outcome == Session::Outcome::kFailed) return after_fault(session, group);
  if (outcome == Session::Outcome::kUnknown) {
    const bool answered = !session->fault();  // with a warning: it is on this server only
    lose(session);
    if (!answered) outcome = look_up(session, group, number, mark);
    if (outcome == Session::Outcome::kFailed) return Attempt::kAgain;
  }
  if (outcome == Session::Outcome::kUnknown) {
    give_up(group, unavailable("The database's answer to a commit was lost: the write may have "
                               "been made."));
  } else {
    note_commit(group);
  }
  return Attempt::kSettled;
}

// A database that is just starting anew will know in a moment.
Session::Outcome GroupWriter::look_up(Slot& session, const Group& group, std::int64_t number,
                                      const std::string& mark) {
  const Deadline due = due_of(group);
  for (int run = 0; std::chrono::steady_clock::now() < due; ++run) {
    if (ensure(session, due).ok()) {
      const auto outcome = session->outcome_of(group.front().tenant, number, mark);
      if (!session->fault()) return outcome;
      lose(session);
    }
    back_off(std::min(run, kLongestWait));
  }
  return Session::Outcome::kUnknown;
}

void GroupWriter::note_commit(const Group& group) {
  const auto good = static_cast<std::uint64_t>(std::count_if(
      group.begin(), group.end(), [](const WriteJob& job) { return job.outcome.ok(); }));
  writes_ += good;
  ++commits_;
  if (options_.on_commit) options_.on_commit(good);
  health_.note(std::nullopt);
}

void GroupWriter::lose(Slot& session) {
  session.reset();
  losses_.note();
}

base::Status GroupWriter::ensure(Slot& session, Deadline due) const {
  if (session && !losses_.concern(session->connection())) {
    session->connection().until(due);
    if (session->connection().settle()) return base::done();
  }
  session.reset();
  auto connection = Connection::open(connection_, due);
  // The database may have no room because of ours.
  if (!connection && readers_.drop_idle() > 0) connection = Connection::open(connection_, due);
  if (!connection) return std::move(connection).error();
  session = std::make_unique<Session>(std::move(connection).value(), options_.vault);
  return base::done();
}

void GroupWriter::give_up(Group& group, const base::Error& error) {
  for (WriteJob& job : group) job.outcome = base::Status(error);
  failed_writes_ += group.size();
  health_.note(error);
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

void GroupWriter::probe(Slot& session) {
  if (!health_.take_probe()) return;
  const Deadline due = std::chrono::steady_clock::now() + options_.deadline;
  base::Status status = base::done();
  for (int run = 0; run < kMaxRuns && std::chrono::steady_clock::now() < due; ++run) {
    status = probe_database(session, due);
    const std::optional<Fault> fault = session ? session->fault() : std::nullopt;
    if (fault) lose(session);
    if (!fault || !may_run_again(fault->kind)) break;
    back_off(run);
  }
  health_.note(status.ok() ? std::nullopt : std::optional(status.error()));
}

// While all is well, it is enough that the database may be written to. After a failure, only a
// commit that takes new pages proves that it is over.
base::Status GroupWriter::probe_database(Slot& session, Deadline due) {
  const bool failed_before = health_.failing();
  MUSTER_TRY(ensure(session, due));
  if (!failed_before) return session->writable();
  return session->write_probe();
}

}  // namespace muster::store::postgres
