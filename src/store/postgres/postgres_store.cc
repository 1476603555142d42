#include "store/postgres/postgres_store.h"

#include <algorithm>
#include <utility>

namespace muster::store::postgres {
namespace {

// Runs of a read that somebody was in the way of, or whose connection was lost.
constexpr int kMaxRuns = 8;

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

base::Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options,
                                                                 const Program& program) {
  // Other nodes may be changing the schema.
  const auto patience =
      std::max<std::chrono::milliseconds>(options.patience, std::chrono::minutes(2));
  const MigrateOptions migrating{.connecting = {options.url, patience, options.pooled, true},
                                 .program = program};
  MUSTER_TRY(options.as_it_is ? expect_migrated(migrating) : migrate(migrating));
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(options)));
}

PostgresStore::PostgresStore(PostgresOptions options)
    : options_(std::move(options)),
      connection_{options_.url, options_.patience, options_.pooled},
      readers_(options_, connection_, losses_),
      writer_(options_, connection_, losses_, readers_) {}

base::Status PostgresStore::read(const std::function<base::Status(Reader&)>& read) {
  const Deadline due = std::chrono::steady_clock::now() + options_.deadline;
  for (int run = 1;; ++run) {
    {
      Loan loan(readers_, MUSTER_TRY(readers_.borrow(due)));
      base::Status status = read(loan.session());
      const std::optional<Fault>& fault = loan.session().fault();
      const bool last = run == kMaxRuns || std::chrono::steady_clock::now() >= due;
      if (last || !fault || !may_run_again(fault->kind)) {
        // Not all was read that the caller may think was.
        return status.ok() && fault ? base::Status(fault->error) : status;
      }
    }
    back_off(run - 1);
  }
}

void PostgresStore::write(std::string_view tenant, Work work, Completion completion) {
  WriteJob job{.tenant = std::string(tenant),
               .work = std::move(work),
               .completion = std::move(completion),
               .due = std::chrono::steady_clock::now() + options_.deadline};
  if (!writer_.push(job)) job.completion(queue_full());
}

}  // namespace muster::store::postgres
