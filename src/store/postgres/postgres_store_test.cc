// What the engine for several nodes promises beyond the contract: nodes that share a database,
// connections that are lost, commits without an answer. Needs a server (tools/with_pg.sh).
#include "store/postgres/postgres_store.h"

#include <atomic>
#include <future>
#include <mutex>

#include "odata/query_options.h"
#include "store/list_statement.h"
#include "store/postgres/dialect.h"
#include "store/store_fixture.h"

namespace muster::store::postgres {
namespace {

using base::ErrorCode;
using Outcome = Session::Outcome;
using namespace std::chrono_literals;

// Its parameter is the server; there are no tests where there is none.
class PostgresNodes : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    url_ = postgres_schema_url(folder_);
    connecting_.url = url_;
  }
  [[nodiscard]] PostgresOptions options() const {
    return {.url = url_, .vault = test_vault(), .patience = 20s, .health_interval = 0ms};
  }
  [[nodiscard]] static std::unique_ptr<Store> open(PostgresOptions options) {
    auto store = open_postgres(std::move(options));
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return store.ok() ? std::move(store).value() : nullptr;
  }
  [[nodiscard]] std::unique_ptr<Store> open() const { return open(options()); }
  // Another program on the same database.
  [[nodiscard]] std::unique_ptr<Connection> stranger() {
    auto connection = Connection::open(connecting_);
    EXPECT_TRUE(connection.ok());
    return std::move(connection).value();
  }
  [[nodiscard]] Session session() { return {stranger(), test_vault()}; }
  static void insert(Store& store, unsigned number, std::string_view tenant = kTenantA) {
    const auto status = write_and_wait(store, tenant, inserting(tenant, profile_of(number)));
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  [[nodiscard]] static std::size_t count(Store& store, std::string_view tenant = kTenantA) {
    auto page = list(store, {.set = &edm::kProfiles, .tenant = tenant, .count = true});
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().message);
    return page.ok() ? page->count.value_or(0) : 0;
  }
  // Ends whatever connection has locked something here, as a restart of the server would.
  void cut() {
    const auto connection = stranger();
    ASSERT_TRUE(
        connection->run("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_locks "
                        "WHERE pid <> pg_backend_pid() AND relation = "
                        "'tenant_turns'::regclass",
                        {}, Connection::Keep::kOnce));
  }

  TemporaryFolder folder_;
  std::string url_;
  ConnectionOptions connecting_{{}, 20s};
};

TEST_P(PostgresNodes, MayStartOnAnEmptyDatabaseAtOnce) {
  std::atomic<unsigned> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back([&] { good += open() != nullptr ? 1U : 0U; });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 6U);
}

// The work reads and then writes what follows from it, on two nodes at once.
TEST_P(PostgresNodes, DecideByWhatTheyRead) {
  const auto one = open();
  const auto two = open();
  edm::Record counter = profile_of(1);
  counter.put(edm::profile::kEnrolledDeviceCount, std::int64_t{0});
  ASSERT_TRUE(write_and_wait(*one, kTenantA, inserting(kTenantA, counter)).ok());
  std::vector<std::thread> threads;
  std::atomic<unsigned> good{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        good += write_and_wait(t % 2 == 0 ? *one : *two, kTenantA,
                               [](Transaction& transaction) -> base::Status {
                                 auto record = MUSTER_TRY(
                                     transaction.get(edm::kProfiles, kTenantA, key_of(1)));
                                 const auto next = record->value_or(
                                     edm::profile::kEnrolledDeviceCount, std::int64_t{0});
                                 record->put(edm::profile::kEnrolledDeviceCount, next + 1);
                                 return transaction.update(edm::kProfiles, kTenantA, *record);
                               })
                    .ok();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 100U);
  const auto record = get(*two, edm::kProfiles, kTenantA, key_of(1));
  ASSERT_TRUE(record.ok() && *record);
  EXPECT_EQ((*record)->value_or(edm::profile::kEnrolledDeviceCount, std::int64_t{0}), 100);
}

// Inserts and updates are not waited for. Where one did not find what it needs, all run again.
TEST_P(PostgresNodes, TellsEachWriteOfAGroupItsOwnOutcome) {
  auto one = options();
  one.writers = 1;
  const auto store = open(one);
  insert(*store, 1);
  std::mutex mutex;
  std::unique_lock hold(mutex);
  std::vector<std::future<base::Status>> outcomes;
  const auto write = [&](Work work) {
    auto promise = std::make_shared<std::promise<base::Status>>();
    outcomes.push_back(promise->get_future());
    store->write(kTenantA, std::move(work),
                 [promise](base::Status status) { promise->set_value(std::move(status)); });
  };
  // The first keeps the only writer, so that those after it share a group.
  write([&](Transaction&) -> base::Status {
    const std::lock_guard wait(mutex);
    return base::done();
  });
  write(inserting(kTenantA, profile_of(2)));
  write(inserting(kTenantA, profile_of(1)));  // exists
  write([](Transaction& transaction) -> base::Status {
    return transaction.update(edm::kProfiles, kTenantA, profile_of(9));  // does not
  });
  write(inserting(kTenantA, profile_of(3)));
  write([](Transaction& transaction) -> base::Status {  // goes on after a conflict
    const auto status = transaction.insert(edm::kProfiles, kTenantA, profile_of(1));
    if (status.ok()) return base::done();
    return transaction.insert(edm::kProfiles, kTenantA, profile_of(4));
  });
  hold.unlock();
  std::vector<std::optional<ErrorCode>> codes;
  for (auto& outcome : outcomes) {
    const base::Status status = outcome.get();
    codes.push_back(status.ok() ? std::nullopt : std::optional(status.error().code));
  }
  const std::vector<std::optional<ErrorCode>> expected = {
      std::nullopt,         std::nullopt, ErrorCode::kConflict,
      ErrorCode::kNotFound, std::nullopt, std::nullopt};
  EXPECT_EQ(codes, expected);
  EXPECT_EQ(count(*store), 4U);
}

// The statements of a transaction that assumes are sent together, and a wrong guess undoes it
// whole.
TEST_P(PostgresNodes, UndoesWhatWasAssumedInVain) {
  const auto store = open();
  insert(*store, 1);
  Session writer = session();
  const auto begin = [&] {
    ASSERT_TRUE(writer.begin_write(kTenantA, std::string(16, 'm')).ok());
    writer.assume(true);
    EXPECT_TRUE(writer.insert(edm::kProfiles, kTenantA, profile_of(2)).ok());
  };
  // A taken key takes the COMMIT along.
  begin();
  EXPECT_TRUE(writer.insert(edm::kProfiles, kTenantA, profile_of(1)).ok());
  EXPECT_TRUE(writer.confirm());
  EXPECT_EQ(writer.commit(), Outcome::kFailed);
  ASSERT_TRUE(writer.fault());
  EXPECT_EQ(writer.fault()->kind, FaultKind::kTaken);
  writer.clear_fault();
  writer.roll_back();
  EXPECT_EQ(count(*store), 1U);
  // A row that is not there shows before.
  begin();
  EXPECT_TRUE(writer.update(edm::kProfiles, kTenantA, profile_of(9)).ok());
  EXPECT_FALSE(writer.confirm());
  EXPECT_FALSE(writer.fault());
  writer.roll_back();
  EXPECT_FALSE(writer.fault());
  EXPECT_EQ(count(*store), 1U);
  // What is read between sees what was written before.
  begin();
  const auto found = writer.get(edm::kProfiles, kTenantA, key_of(2), edm::kAllProperties);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->has_value());
  EXPECT_TRUE(writer.confirm());
  EXPECT_EQ(writer.commit(), Outcome::kDone);
  EXPECT_EQ(count(*store), 2U);
}

// What both find absent, only one makes: no lock on a row that is read would show that.
TEST_P(PostgresNodes, DecideByWhatIsNotThere) {
  const auto one = open();
  const auto two = open();
  std::atomic<unsigned> number{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const unsigned mine = ++number;
        static_cast<void>(write_and_wait(
            t % 2 == 0 ? *one : *two, kTenantA, [mine](Transaction& transaction) -> base::Status {
              const Page page =
                  MUSTER_TRY(transaction.list({.set = &edm::kProfiles, .tenant = kTenantA}));
              if (!page.records.empty()) return base::done();
              return transaction.insert(edm::kProfiles, kTenantA, profile_of(mine));
            }));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count(*one), 1U);
}

TEST_P(PostgresNodes, WriteDifferentTenantsAtOnceAndNeverInOneCommit) {
  const auto store = open();
  std::vector<std::future<base::Status>> outcomes;
  {
    const HeldWriter held(*store, kTenantA);
    for (unsigned i = 0; i < 10; ++i) {
      auto promise = std::make_shared<std::promise<base::Status>>();
      outcomes.push_back(promise->get_future());
      store->write(kTenantA, inserting(kTenantA, profile_of(i)),
                   [promise](base::Status status) { promise->set_value(std::move(status)); });
    }
    insert(*store, 1, kTenantB);
    EXPECT_EQ(store->statistics().queue_length, 10U) << "of the tenant that is held";
  }
  for (auto& outcome : outcomes) EXPECT_TRUE(outcome.get().ok());
  EXPECT_EQ(store->statistics().commits, 2U);
  EXPECT_EQ(count(*store), 10U);
  EXPECT_EQ(count(*store, kTenantB), 1U);
}

TEST_P(PostgresNodes, ConnectAgainAfterTheServerCutThem) {
  const auto store = open();
  insert(*store, 1);
  EXPECT_EQ(count(*store), 1U);
  std::atomic<unsigned> runs{0};
  const auto status = write_and_wait(*store, kTenantA, [&](Transaction& transaction) {
    if (++runs == 1) cut();
    return transaction.insert(edm::kProfiles, kTenantA, profile_of(2));
  });
  EXPECT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(runs, 2U);
  EXPECT_EQ(count(*store), 2U);
  EXPECT_TRUE(store->health().ok());
}

TEST_P(PostgresNodes, AreUnavailableWhileAnotherHoldsTheirTenant) {
  PostgresOptions hasty = options();
  const auto store = open(hasty);
  insert(*store, 1);
  hasty.patience = 200ms;
  const auto waiting = open(hasty);
  const auto other = stranger();
  ASSERT_TRUE(other->script("BEGIN; SELECT 1 FROM tenant_turns FOR UPDATE"));
  const auto status = write_and_wait(*waiting, kTenantA, inserting(kTenantA, profile_of(2)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(status.error().retry_after.has_value());
  EXPECT_EQ(count(*waiting), 1U) << "reads go on";
  EXPECT_GE(waiting->statistics().failed_writes, 1U);
  ASSERT_TRUE(other->script("COMMIT"));
  insert(*waiting, 2);
  EXPECT_TRUE(waiting->health().ok());
}

TEST_P(PostgresNodes, LookUpACommitThatGotNoAnswer) {
  const auto store = open();
  insert(*store, 1);
  Session writing = session();
  Session asking = session();
  const std::string mark = base::random_octets(16);
  const auto begin = [&](std::string_view with) {
    const auto number = writing.begin_write(kTenantA, with);
    EXPECT_TRUE(number.ok());
    EXPECT_TRUE(writing.insert(edm::kProfiles, kTenantA, profile_of(7)).ok());
    return *number;
  };
  const std::int64_t undone = begin(mark);
  writing.roll_back();
  EXPECT_EQ(asking.outcome_of(kTenantA, undone, mark), Outcome::kFailed);
  const std::int64_t made = begin(mark);
  EXPECT_EQ(writing.commit(), Outcome::kDone);
  EXPECT_EQ(asking.outcome_of(kTenantA, made, mark), Outcome::kDone);
  EXPECT_EQ(asking.outcome_of(kTenantA, made, base::random_octets(16)), Outcome::kFailed)
      << "another group has that number";
  insert(*store, 8);
  EXPECT_EQ(asking.outcome_of(kTenantA, made, mark), Outcome::kUnknown);
}

TEST_P(PostgresNodes, KeepTextsThatTheDatabaseHasNoTextFor) {
  const auto store = open();
  edm::Record record = profile_of(1);
  const std::string text("A\0b\\134\xC3\x84\x7F", 10);
  record.put(edm::profile::kDescription, text);
  ASSERT_TRUE(write_and_wait(*store, kTenantA, inserting(kTenantA, record)).ok());
  const auto found = get(*store, edm::kProfiles, kTenantA, key_of(1));
  ASSERT_TRUE(found.ok() && *found);
  expect_same(**found, record);
  const auto options = odata::parse_query(
      edm::kProfileType, "$filter=contains(description,'B%5C134')", odata::Shape::kCollection);
  ASSERT_TRUE(options.ok());
  const auto page =
      list(*store, {.set = &edm::kProfiles, .tenant = kTenantA, .filter = options->filter.get()});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->records.size(), 1U);
}

TEST_P(PostgresNodes, ReadMoreRowsThanABatchByACursor) {
  const auto store = open();
  const auto status = write_and_wait(*store, kTenantA, [](Transaction& t) -> base::Status {
    for (unsigned i = 0; i < 450; ++i) {
      MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(i)));
    }
    return base::done();
  });
  ASSERT_TRUE(status.ok());
  const auto options = odata::parse_query(
      edm::kProfileType, "$filter=contains(tokenValue,'SECRET')&$orderby=tokenValue",
      odata::Shape::kCollection);
  ASSERT_TRUE(options.ok());
  const auto page = list(*store, {.set = &edm::kProfiles,
                                  .tenant = kTenantA,
                                  .limit = 3,
                                  .count = true,
                                  .filter = options->filter.get(),
                                  .order = options->order.get()});
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page->count, 450U);
  ASSERT_EQ(page->records.size(), 3U);
  EXPECT_EQ(page->records[1].key(), key_of(1));
}

TEST_P(PostgresNodes, RefuseASchemaThatIsNotTheirs) {
  { const auto store = open(); }
  const auto other = stranger();
  ASSERT_TRUE(other->script("ALTER TABLE tenants ADD COLUMN strange BIGINT"));
  const auto wrong = open_postgres(options());
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(wrong.error().message.find("'strange bigint'"), std::string::npos);
  ASSERT_TRUE(other->script("INSERT INTO muster_schema (version, name) VALUES (99, 'later')"));
  const auto newer = open_postgres(options());
  ASSERT_FALSE(newer.ok());
  EXPECT_NE(newer.error().message.find("99"), std::string::npos) << newer.error().message;
}

// The order of lists is that of an index, so that no page sorts what it does not show.
TEST_P(PostgresNodes, WalkIndexes) {
  const auto store = open();
  const auto connection = stranger();
  ASSERT_TRUE(connection->script("SET enable_seqscan = off; SET enable_bitmapscan = off"));
  for (const std::string_view text :
       {"", "$orderby=id desc", "$orderby=displayName", "$orderby=displayName desc",
        "$filter=startswith(displayName,'x')&$orderby=displayName"}) {
    const auto options = odata::parse_query(edm::kProfileType, text, odata::Shape::kCollection);
    ASSERT_TRUE(options.ok());
    for (const bool resumed : {false, true}) {
      Query query{.set = &edm::kProfiles,
                  .tenant = kTenantA,
                  .filter = options->filter.get(),
                  .order = options->order.get()};
      const auto walk = walk_of(edm::kProfiles, query.order);
      ASSERT_TRUE(walk);
      if (resumed && walk->folded == 0) query.after = key_of(1);
      if (resumed && walk->folded != 0) {
        query.after = odata::Position({odata::SortValue(std::string("x"))}, key_of(1));
      }
      for (const Stretch& stretch :
           stretches_after(dialect(), edm::kProfiles, *walk, query.after, kFirstParameter)) {
        const ListStatement statement = walk_statement(dialect(), query, *walk, stretch);
        const KeyCell tenant(kTenantA);
        std::vector<Cell> cells = {tenant.cell(),
                                   {.kind = Cell::Kind::kInteger, .integer = 10},
                                   {.kind = Cell::Kind::kInteger, .integer = 0}};
        for (const Parameter& parameter : statement.parameters) cells.push_back(parameter.cell());
        const auto rows =
            connection->run("EXPLAIN (COSTS OFF) " + statement.sql, cells, Connection::Keep::kOnce);
        ASSERT_TRUE(rows) << connection->fault().error.message;
        std::string plan;
        for (int row = 0; row < rows->size(); ++row) {
          plan += std::string(rows->cell(row, 0, ColumnKind::kText).octets) + "\n";
        }
        EXPECT_NE(plan.find("Index Scan"), std::string::npos) << text << "\n" << plan;
        EXPECT_EQ(plan.find("Sort"), std::string::npos) << text << "\n" << plan;
      }
    }
  }
}

MUSTER_ON_THE_SERVER(PostgresNodes);

TEST(PostgresUrls, AreNeverInMessages) {
  for (const std::string url :
       {"postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=2", "postgres://u:hunter2@[::1",
        "postgres://u:hunter2@h/x?nonsense", "postgres://u:hunter2@h/x?sslmode=hunter2%"}) {
    const auto store = open_postgres({.url = url, .vault = test_vault()});
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, ErrorCode::kConfiguration);
    EXPECT_EQ(store.error().message.find("hunter2"), std::string::npos) << store.error().message;
  }
}

}  // namespace
}  // namespace muster::store::postgres
