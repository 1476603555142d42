#include "store/postgres/migrations.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.h"
#include "store/postgres/ddl.h"
#include "store/postgres/schema_table.h"

namespace muster::store::postgres {
namespace {

constexpr std::array kMigrations = {
    Migration{
        1,
        "initial",
#include "store/postgres/migrations/0001_initial.sql"
    },
    Migration{
        2,
        "store copies",
#include "store/postgres/migrations/0002_store_copies.sql"
    },
    Migration{
        3,
        "data keys",
#include "store/postgres/migrations/0003_data_keys.sql"
    },
};

// Two nodes that start on an empty database may both make the first table.
constexpr int kMaxRuns = 20;

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What the database is by its own word.
base::Result<SchemaEngine> detect(Connection& connection) {
  const Rows rows = MUSTER_TRY(run_once(
      connection,
      "SELECT version()::text, (SELECT count(*) FROM pg_extension WHERE extname = 'citus')"));
  const std::string_view version = rows.cell(0, 0, ColumnKind::kText).octets;
  if (version.find("CockroachDB") != std::string_view::npos) return SchemaEngine::kCockroach;
  if (version.find("-YB-") != std::string_view::npos) return SchemaEngine::kYugabyte;
  const bool citus = rows.cell(0, 1, ColumnKind::kInteger).integer != 0;
  return citus ? SchemaEngine::kCitus : SchemaEngine::kPostgres;
}

// Not the same for two that got in each other's way.
void rest() {
  const auto roll = static_cast<unsigned char>(base::random_octets(1)[0]);
  std::this_thread::sleep_for(std::chrono::milliseconds(20 + roll));
}

// Another was in the way, and the connection is good.
bool is_passing(const Fault& fault) {
  return fault.kind == FaultKind::kRetry || fault.kind == FaultKind::kTaken ||
         (fault.kind == FaultKind::kRefused && fault.error.code == base::ErrorCode::kUnavailable);
}

// One attempt to bring a schema up to date.
class Migrator {
 public:
  Migrator(const MigrateOptions& options, Connection& connection)
      : options_(options),
        newest_(options.program.history.back().version),
        deadline_(steady_clock::now() + options.connecting.patience),
        connection_(connection) {}

  base::Result<SchemaState> state();
  base::Status run();
  base::Status expect();

 private:
  [[nodiscard]] base::Status look();
  [[nodiscard]] base::Status judge() const;
  [[nodiscard]] base::Status settle_engine();
  [[nodiscard]] base::Status change();
  [[nodiscard]] base::Status prepare();
  [[nodiscard]] base::Status lock();
  [[nodiscard]] base::Status announce();
  [[nodiscard]] base::Status apply_all();
  [[nodiscard]] base::Status apply_at_once(const std::vector<Ddl>& statements);
  [[nodiscard]] base::Status apply(const Ddl& statement);
  [[nodiscard]] base::Status drop_invalid(const std::string& index);
  [[nodiscard]] base::Status attempt(const Ddl& statement);
  [[nodiscard]] base::Status in_turn(const std::string& sql);
  [[nodiscard]] base::Result<std::vector<Ddl>> pending_statements() const;
  [[nodiscard]] base::Status open_worker();

  [[nodiscard]] bool up_to_date() const { return rows_.version >= newest_; }
  [[nodiscard]] SchemaAge age() const {
    return rows_.begun > newest_ ? SchemaAge::kNewer : SchemaAge::kOurs;
  }

  const MigrateOptions& options_;
  const std::int64_t newest_;
  const steady_clock::time_point deadline_;
  Connection& connection_;  // looks, and holds the lock of the schema
  ConnectionOptions working_{};
  std::unique_ptr<Connection> worker_;  // changes the schema, statement by statement
  SchemaRows rows_;
  SchemaEngine engine_ = SchemaEngine::kPostgres;
  bool distributes_ = false;  // tables that are there are to be looked at too
};

base::Status Migrator::look() {
  rows_ = MUSTER_TRY(read_schema_rows(connection_));
  return base::done();
}

base::Status Migrator::judge() const {
  if (rows_.begun <= newest_ || rows_.works_with <= newest_) return base::done();
  return refuse_database(
      "it has schema version " + std::to_string(rows_.begun) + ", for programs that know version " +
      std::to_string(rows_.works_with) + ", but this program knows versions up to " +
      std::to_string(newest_) +
      " only. Use the newer program again; the way back to this one is a backup that was made "
      "before the upgrade.");
}

// As it was set up, for what was made before engines were told apart is PostgreSQL's.
base::Status Migrator::settle_engine() {
  const SchemaEngine is = MUSTER_TRY(detect(connection_));
  const bool plain_before =
      rows_.version > 0 && !rows_.engine.has_value() && is == SchemaEngine::kCitus;
  engine_ = options_.engine ? *options_.engine
            : rows_.engine  ? *rows_.engine
            : plain_before  ? SchemaEngine::kPostgres
                            : is;
  if (rows_.engine == SchemaEngine::kCitus && engine_ != SchemaEngine::kCitus) {
    return refuse_database("its tables were distributed by Citus, which is not taken back.");
  }
  if (engine_ == is || (engine_ == SchemaEngine::kPostgres && is == SchemaEngine::kCitus)) {
    return base::done();
  }
  return refuse_database("it is no '" + std::string(name_of(engine_)) + "' but '" +
                         std::string(name_of(is)) + "'" +
                         (engine_ == SchemaEngine::kCitus ? "; CREATE EXTENSION citus comes first."
                                                          : "; see `muster migrate --engine`."));
}

base::Result<SchemaState> Migrator::state() {
  MUSTER_TRY(look());
  MUSTER_TRY(judge());
  MUSTER_TRY(settle_engine());
  SchemaState state{.engine = engine_, .version = rows_.version, .newest = newest_, .pending = {}};
  for (const Migration& migration : options_.program.history) {
    if (migration.version <= rows_.version) continue;
    state.pending.push_back({migration.version, std::string(migration.name)});
  }
  return state;
}

base::Status Migrator::expect() {
  MUSTER_TRY(look());
  if (rows_.version == 0) return refuse_database("it has no tables of Muster's.");
  if (rows_.begun == newest_ && up_to_date()) return options_.program.check(connection_, age());
  return refuse_database("it has schema version " + std::to_string(rows_.begun) +
                         ", this program's is " + std::to_string(newest_) +
                         ". Run `muster migrate` of the newer program on it first.");
}

base::Status Migrator::run() {
  MUSTER_TRY(look());
  MUSTER_TRY(judge());
  if (up_to_date() && !options_.engine && !options_.distribute_again) {
    return options_.program.check(connection_, age());
  }
  MUSTER_TRY(settle_engine());
  const bool adopts = options_.engine && rows_.engine != engine_;
  distributes_ = engine_ == SchemaEngine::kCitus && (options_.distribute_again || adopts);
  if (up_to_date() && !adopts && !distributes_) return options_.program.check(connection_, age());
  return change();
}

// Under the lock, and with what is found there: another may have changed all of it.
base::Status Migrator::change() {
  MUSTER_TRY(prepare());
  MUSTER_TRY(lock());
  MUSTER_TRY(look());
  MUSTER_TRY(judge());
  if (rows_.begun < newest_ || rows_.engine != engine_) {
    MUSTER_TRY(announce());
    MUSTER_TRY(lock());
    MUSTER_TRY(look());
    MUSTER_TRY(judge());
  }
  MUSTER_TRY(apply_all());
  for (const Migration& migration : options_.program.history) {
    if (migration.version <= rows_.version) continue;
    MUSTER_TRY(run_once(connection_,
                        finish_statement(migration.version, migration.name, known_to(migration))));
  }
  MUSTER_TRY(options_.program.check(connection_, age()));
  // Nothing is recorded by one that lost the lock.
  MUSTER_TRY(run_once(connection_, "COMMIT"));
  return base::done();
}

base::Status Migrator::prepare() {
  if (rows_.complete && !distributes_) return base::done();
  for (const std::string& statement : schema_table_statements(engine_)) {
    MUSTER_TRY(run_once(connection_, statement));
  }
  return base::done();
}

base::Status Migrator::lock() {
  while (true) {
    base::Status status = lock_schema(connection_, options_.lock_turn);
    if (status.ok()) return status;
    if (!is_passing(connection_.fault()) || steady_clock::now() > deadline_) return status;
    MUSTER_TRY(run_once(connection_, "ROLLBACK"));
    rest();
  }
}

// Before the first change, so that programs that know less judge what they may see of it.
base::Status Migrator::announce() {
  std::int64_t works_with = rows_.works_with;
  for (const Migration& migration : options_.program.history) {
    if (migration.version > rows_.version) works_with = std::max(works_with, known_to(migration));
  }
  const std::int64_t begun = std::max(rows_.begun, newest_);
  MUSTER_TRY(run_once(connection_, begin_statement(engine_, begun, works_with)));
  MUSTER_TRY(run_once(connection_, "COMMIT"));
  return base::done();
}

base::Result<std::vector<Ddl>> Migrator::pending_statements() const {
  std::vector<Ddl> all;
  for (const Migration& migration : options_.program.history) {
    const bool done = migration.version <= rows_.version;
    for (Ddl& one : MUSTER_TRY(statements_for(engine_, migration.sql))) {
      const bool again = one.kind == Ddl::Kind::kDistribute && distributes_;
      if (!done || again) all.push_back(std::move(one));
    }
  }
  return all;
}

base::Status Migrator::apply_all() {
  const std::vector<Ddl> statements = MUSTER_TRY(pending_statements());
  const bool alone = rows_.version == 0 && engine_ == SchemaEngine::kPostgres;
  if (alone) return apply_at_once(statements);
  MUSTER_TRY(stand_aside(connection_));
  for (const Ddl& statement : statements) MUSTER_TRY(apply(statement));
  return base::done();
}

// In the transaction that holds the lock: nobody uses these tables yet.
base::Status Migrator::apply_at_once(const std::vector<Ddl>& statements) {
  std::string script;
  for (const Ddl& statement : statements) script += statement.sql + ";\n";
  constexpr std::string_view kOnline = " CONCURRENTLY ";
  for (auto at = script.find(kOnline); at != std::string::npos; at = script.find(kOnline)) {
    script.replace(at, kOnline.size(), " ");
  }
  if (!connection_.script(script.c_str())) return connection_.fault().error;
  return base::done();
}

base::Status Migrator::open_worker() {
  if (worker_) return base::done();
  working_ = options_.connecting;
  working_.patience = std::chrono::hours(24);  // an index takes what it takes
  worker_ = MUSTER_TRY(Connection::open(working_));
  return base::done();
}

base::Status Migrator::apply(const Ddl& statement) {
  MUSTER_TRY(open_worker());
  while (true) {
    base::Status status = attempt(statement);
    if (status.ok()) return status;
    if (!is_passing(worker_->fault()) || steady_clock::now() > deadline_) return status;
    rest();
  }
}

base::Status Migrator::attempt(const Ddl& statement) {
  if (statement.kind == Ddl::Kind::kChange) return in_turn(statement.sql);
  if (statement.kind == Ddl::Kind::kIndex) MUSTER_TRY(drop_invalid(statement.index));
  MUSTER_TRY(run_once(*worker_, statement.sql));
  return base::done();
}

// Whoever wants a table waits behind who waits to change it, so that is done in short turns. The
// limit is the transaction's own: the connection may be another one's afterwards.
base::Status Migrator::in_turn(const std::string& sql) {
  worker_->queue_begin("ISOLATION LEVEL READ COMMITTED");
  worker_->queue_once("SET LOCAL lock_timeout = " + std::to_string(options_.lock_turn.count()), {});
  auto done = run_once(*worker_, sql);
  if (done.ok()) done = run_once(*worker_, "COMMIT");
  if (done.ok()) return base::done();
  worker_->forget_queue();
  static_cast<void>(run_once(*worker_, "ROLLBACK"));
  return done.error();
}

// An index that could not be finished stays as one that nobody reads.
base::Status Migrator::drop_invalid(const std::string& index) {
  const std::array name = {Cell{.kind = Cell::Kind::kText, .octets = index}};
  const Rows rows = MUSTER_TRY(
      run_once(*worker_,
               "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
               "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND "
               "c.relname::text = convert_from($1, 'UTF8') AND "
               "n.nspname::text = current_schema()::text",
               name));
  if (rows.size() == 0) return base::done();
  return in_turn("DROP INDEX IF EXISTS " + index);
}

// Runs `act` on a connection again and again while others are in the way.
template <typename Act>
auto with_retries(const MigrateOptions& options, const Act& act)
    -> decltype(act(std::declval<Migrator&>())) {
  auto connection = Connection::open(options.connecting);
  if (!connection) {
    return base::fail(base::ErrorCode::kConfiguration, connection.error().message, "store");
  }
  for (int run_number = 1;; ++run_number) {
    Migrator migrator(options, **connection);
    auto outcome = act(migrator);
    if (outcome.ok()) return outcome;
    const bool own = outcome.error().code == base::ErrorCode::kConfiguration;
    const FaultKind kind = (*connection)->fault().kind;
    (*connection)->forget_queue();
    // A mere warning where nothing was begun.
    static_cast<void>(run_once(**connection, "ROLLBACK"));
    if (own) return outcome;
    const bool again = kind == FaultKind::kRetry || kind == FaultKind::kTaken;
    if (!again || run_number == kMaxRuns) return refuse_database(outcome.error().message);
  }
}

}  // namespace

History built_in_history() {
  return kMigrations;
}

base::Status migrate(const MigrateOptions& options) {
  return with_retries(options, [](Migrator& migrator) { return migrator.run(); });
}

base::Status expect_migrated(const MigrateOptions& options) {
  return with_retries(options, [](Migrator& migrator) { return migrator.expect(); });
}

base::Result<SchemaState> schema_state(const MigrateOptions& options) {
  return with_retries(options, [](Migrator& migrator) { return migrator.state(); });
}

}  // namespace muster::store::postgres
