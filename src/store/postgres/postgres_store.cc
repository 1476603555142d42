#include "store/postgres/postgres_store.h"

#include <algorithm>
#include <utility>

#include "store/postgres/migrations.h"

namespace muster::store::postgres {
namespace {

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

base::Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options) {
  // Other nodes may be changing the schema.
  const ConnectionOptions connecting{
      options.url, std::max<std::chrono::milliseconds>(options.patience, std::chrono::minutes(2))};
  auto connection = Connection::open(connecting);
  if (!connection) {
    return base::fail(base::ErrorCode::kConfiguration, connection.error().message, "store");
  }
  MUSTER_TRY(migrate(**connection));
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(options)));
}

PostgresStore::PostgresStore(PostgresOptions options)
    : options_(std::move(options)),
      connection_{options_.url, options_.patience},
      readers_(options_, connection_),
      writer_(options_, connection_) {}

base::Status PostgresStore::read(const std::function<base::Status(Reader&)>& read) {
  Loan loan(readers_, MUSTER_TRY(readers_.borrow()));
  return read(loan.session());
}

void PostgresStore::write(std::string_view tenant, Work work, Completion completion) {
  WriteJob job{std::string(tenant), std::move(work), std::move(completion)};
  if (!writer_.push(job)) job.completion(queue_full());
}

}  // namespace muster::store::postgres
