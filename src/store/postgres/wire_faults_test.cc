// Whatever happens on the way to the database, at whichever statement: a write that is reported as
// done was made once, one that is refused was not made and may come again, and every call ends by
// its deadline. Needs a server (tools/with_pg.sh).
#include <array>
#include <atomic>
#include <functional>
#include <thread>

#include "odata/query_options.h"
#include "store/postgres/wire_proxy.h"
#include "store/store_fixture.h"

namespace muster::store::postgres {
namespace {

using base::ErrorCode;
using What = WireAction::What;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

// More statements than any operation here has.
constexpr std::size_t kMostStatements = 100;

WireProxy::Script at(std::size_t number, WireAction action) {
  return [number, action](const WireProxy::Statement& statement) {
    return statement.number == number ? action : WireAction{};
  };
}

// What is done to every COMMIT but those of reads, which nobody waits for.
WireProxy::Script at_first_commit(WireAction action) {
  return [action, done = false](const WireProxy::Statement& statement) mutable {
    if (done || statement.sql != "COMMIT") return WireAction{};
    done = true;
    return action;
  };
}

base::Status count_up(Transaction& transaction, std::string_view tenant, unsigned number) {
  auto record = MUSTER_TRY(transaction.get(edm::kProfiles, tenant, key_of(number)));
  if (!record) return base::fail(ErrorCode::kNotFound, "There is no such counter.");
  const auto next = record->value_or(edm::profile::kEnrolledDeviceCount, std::int64_t{0}) + 1;
  record->put(edm::profile::kEnrolledDeviceCount, next);
  return transaction.update(edm::kProfiles, tenant, *record);
}

struct Operation {
  const char* name;
  std::function<base::Status(Store&)> run;
  std::function<bool(Store&)> made;  // once, and nothing else
};

// Of each run of an operation that needs one which nothing was written for.
std::string new_tenant(unsigned number) {
  std::string tenant = key_of(number);
  tenant[0] = 'f';
  return tenant;
}

// Probes have a quarter of a second to answer, which is little where others have much to do.
base::Status healthy(Store& store) {
  base::Status status = base::done();
  for (int asked = 0; asked < 40; ++asked) {
    status = store.health();
    if (status.ok()) break;
  }
  return status;
}

std::size_t profiles(Store& store, std::string_view tenant = kTenantA) {
  const auto page = list(store, {.set = &edm::kProfiles, .tenant = tenant, .count = true});
  EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().message);
  return page.ok() ? page->count.value_or(0) : 0;
}

std::int64_t counted(Store& store, unsigned number) {
  const auto record = get(store, edm::kProfiles, kTenantA, key_of(number));
  if (!record.ok() || !*record) return -1;
  return (*record)->value_or(edm::profile::kEnrolledDeviceCount, std::int64_t{0});
}

// Every store begins with profiles 1 and 2, whose counters are 1 and 2.
constexpr std::size_t kBefore = 2;

base::Status expect_failure(const base::Status& status, ErrorCode code) {
  if (status.ok()) return base::fail(ErrorCode::kInternal, "It should have failed.");
  return status.error().code == code ? base::done() : status;
}

// Two writes of one group, of which the first fails after it has written.
base::Status write_group_with_a_failure(Store& store) {
  std::promise<base::Status> bad;
  std::promise<base::Status> good;
  {
    const HeldWriter held(store, kTenantA);
    store.write(
        kTenantA,
        [](Transaction& t) -> base::Status {
          MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(3)));
          return base::fail(ErrorCode::kConflict, "It is not wanted after all.");
        },
        [&](base::Status status) { bad.set_value(std::move(status)); });
    store.write(
        kTenantA, [](Transaction& t) { return count_up(t, kTenantA, 1); },
        [&](base::Status status) { good.set_value(std::move(status)); });
  }
  const base::Status first = expect_failure(bad.get_future().get(), ErrorCode::kConflict);
  const base::Status second = good.get_future().get();
  return first.ok() ? second : first;
}

base::Status list_by_a_cursor(Store& store) {
  const auto options = odata::parse_query(
      edm::kProfileType, "$filter=contains(tokenValue,'SECRET')&$orderby=tokenValue",
      odata::Shape::kCollection);
  const auto page = list(store, {.set = &edm::kProfiles,
                                 .tenant = kTenantA,
                                 .count = true,
                                 .filter = options->filter.get(),
                                 .order = options->order.get()});
  if (!page) return page.error();
  return page->records.size() == kBefore && page->count == kBefore
             ? base::done()
             : base::fail(ErrorCode::kInternal, "Something else was read.");
}

// Two reads of one view.
base::Status read_twice(Store& store) {
  std::vector<std::string> keys;
  const base::Status status = store.read([&](Reader& reader) -> base::Status {
    keys.clear();
    for (const unsigned number : {1U, 2U}) {
      auto record = MUSTER_TRY(reader.get(edm::kProfiles, kTenantA, key_of(number)));
      if (record) keys.push_back(record->key());
    }
    return base::done();
  });
  if (!status) return status;
  return keys == std::vector{key_of(1), key_of(2)}
             ? base::done()
             : base::fail(ErrorCode::kInternal, "Something else was read.");
}

bool nothing_more(Store& store) {
  return profiles(store) == kBefore && counted(store, 1) == 1;
}

std::vector<Operation> writes() {
  static unsigned number = 0;
  return {
      {"insert",
       [](Store& store) {
         return write_and_wait(store, kTenantA, inserting(kTenantA, profile_of(3)));
       },
       [](Store& store) { return profiles(store) == kBefore + 1; }},
      {"first of a tenant",
       [](Store& store) {
         const std::string tenant = new_tenant(++number);
         return write_and_wait(store, tenant, inserting(tenant, profile_of(1)));
       },
       [](Store& store) { return profiles(store, new_tenant(number)) == 1; }},
      {"read and update",
       [](Store& store) {
         return write_and_wait(store, kTenantA,
                               [](Transaction& t) { return count_up(t, kTenantA, 1); });
       },
       [](Store& store) { return counted(store, 1) == 2; }},
      {"remove",
       [](Store& store) {
         return write_and_wait(store, kTenantA, [](Transaction& t) {
           return t.remove(edm::kProfiles, kTenantA, key_of(2));
         });
       },
       [](Store& store) { return profiles(store) == kBefore - 1; }},
      {"group with a failure", write_group_with_a_failure,
       [](Store& store) { return profiles(store) == kBefore && counted(store, 1) == 2; }},
  };
}

std::vector<Operation> others() {
  return {
      {"conflict",
       [](Store& store) {
         return expect_failure(write_and_wait(store, kTenantA, inserting(kTenantA, profile_of(1))),
                               ErrorCode::kConflict);
       },
       nothing_more},
      {"absent",
       [](Store& store) {
         return expect_failure(
             write_and_wait(store, kTenantA,
                            [](Transaction& t) { return count_up(t, kTenantA, 99); }),
             ErrorCode::kNotFound);
       },
       nothing_more},
      {"read twice", read_twice, nothing_more},
      {"list by a cursor", list_by_a_cursor, nothing_more},
      {"health", healthy, nothing_more},
  };
}

std::vector<Operation> all_operations() {
  std::vector<Operation> all = writes();
  for (Operation& one : others()) all.push_back(std::move(one));
  return all;
}

// Its parameter is the server; there are no tests where there is none.
class WireFaults : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { prepare(); }

  [[nodiscard]] PostgresOptions options() const {
    return {.url = proxy_.through(url_),
            .vault = test_vault(),
            .patience = 20s,
            .deadline = 60s,
            .health_interval = 0ms};
  }
  // A schema of its own with what every store begins with.
  void prepare() {
    folder_ = std::make_unique<TemporaryFolder>();
    url_ = postgres_schema_url(*folder_);
    proxy_.follow({});
    PostgresOptions direct = options();
    direct.url = url_;
    direct_ = opened(direct);
    ASSERT_NE(direct_, nullptr);
    for (const unsigned number : {1U, 2U}) {
      ASSERT_TRUE(write_and_wait(*direct_, kTenantA, inserting(kTenantA, profile_of(number))).ok());
    }
  }
  // Back to that.
  void restore() {
    const auto status = write_and_wait(*direct_, kTenantA, [](Transaction& t) -> base::Status {
      const Page page = MUSTER_TRY(t.list({.set = &edm::kProfiles, .tenant = kTenantA}));
      for (const auto& record : page.records) {
        MUSTER_TRY(t.remove(edm::kProfiles, kTenantA, record.key()));
      }
      for (const unsigned number : {1U, 2U}) {
        MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(number)));
      }
      return base::done();
    });
    ASSERT_TRUE(status.ok()) << status.error().message;
  }

  // Does `action` to each statement of the operation in turn, until it ends undisturbed, and asks
  // `judge` each time. Fresh: on new connections, whose statements count too.
  enum class Connections : std::uint8_t { kKept, kFresh };
  void at_every_statement(const Operation& operation, const WireAction& action,
                          const std::function<void(const base::Status&)>& judge,
                          Connections connections = Connections::kKept) {
    std::unique_ptr<Store> store;
    std::size_t number = 0;
    std::size_t seen = kMostStatements;
    while (++number <= seen) {
      ASSERT_LT(number, kMostStatements);
      restore();
      proxy_.follow({});
      if (store == nullptr || connections == Connections::kFresh) store = opened(options());
      ASSERT_NE(store, nullptr);
      proxy_.follow(at(number, action));
      const base::Status status = operation.run(*store);
      seen = proxy_.seen();
      SCOPED_TRACE(std::string(operation.name) + ", statement " + std::to_string(number));
      judge(status);
    }
    EXPECT_GT(number, 2U) << operation.name;
  }
  void expect_done(const Operation& operation, const WireAction& action,
                   Connections connections = Connections::kKept) {
    at_every_statement(
        operation, action,
        [&](const base::Status& status) {
          EXPECT_TRUE(status.ok()) << status.error().message;
          EXPECT_TRUE(operation.made(*direct_));
        },
        connections);
  }

  std::unique_ptr<TemporaryFolder> folder_;
  std::string url_;
  WireProxy proxy_{GetParam()};
  std::unique_ptr<Store> direct_;  // not through the proxy
};

TEST_P(WireFaults, CollisionsAtAnyStatementAreNobodysConcern) {
  for (const Operation& operation : all_operations()) {
    expect_done(operation, {.what = What::kFail, .state = "40001"});
  }
  expect_done(writes().front(), {.what = What::kFail, .state = "40P01"}, Connections::kFresh);
}

// The very first statements too, by which the schema is looked at.
TEST_P(WireFaults, CollisionsWhileAStoreIsOpenedAreNobodysConcern) {
  std::size_t number = 0;
  std::size_t seen = 1;
  while (++number <= seen) {
    proxy_.follow(at(number, {.what = What::kFail, .state = "40001"}));
    EXPECT_NE(opened(options()), nullptr) << number;
    seen = proxy_.seen();
  }
}

TEST_P(WireFaults, CutConnectionsAtAnyStatementAreNobodysConcern) {
  for (const Operation& operation : all_operations()) {
    expect_done(operation, {.what = What::kCutAfter});
  }
  for (const Operation& operation : writes()) {
    expect_done(operation, {.what = What::kCutBefore});
  }
  expect_done(writes().front(), {.what = What::kReset}, Connections::kFresh);
}

// What ends a session leads to another one; what is refused is told as such and changes nothing.
TEST_P(WireFaults, OtherFaultsAreRepairedOrTold) {
  const Operation operation = writes().front();
  for (const char* const state : {"08006", "57P01", "57P03", "26000", "42P05", "40003", "XX000"}) {
    expect_done(operation, {.what = What::kFail, .state = state});
  }
  for (const char* const state : {"25006", "53100", "53200", "53300", "55P03", "57014", "58030"}) {
    at_every_statement(operation, {.what = What::kFail, .state = state},
                       [&](const base::Status& status) {
                         if (status.ok()) {
                           EXPECT_TRUE(operation.made(*direct_)) << state;
                           return;
                         }
                         const bool full = state == std::string_view("53100");
                         EXPECT_EQ(status.error().code,
                                   full ? ErrorCode::kInsufficientStorage : ErrorCode::kUnavailable)
                             << state;
                         EXPECT_TRUE(status.error().retry_after.has_value()) << state;
                         EXPECT_TRUE(nothing_more(*direct_)) << state;
                       });
  }
}

// Another node has written before the question is asked what became of the commit.
TEST_P(WireFaults, ACommitThatCannotBeLookedUpIsSaidToBeUncertain) {
  const auto store = opened(options());
  bool lost = false;
  proxy_.follow([&](const WireProxy::Statement& statement) -> WireAction {
    if (!lost && statement.sql == "COMMIT") {
      lost = true;
      return {.what = What::kCutAfter};
    }
    if (lost && statement.sql.starts_with("UPDATE tenant_turns SET mark")) {
      EXPECT_TRUE(write_and_wait(*direct_, kTenantA, inserting(kTenantA, profile_of(4))).ok());
    }
    return {};
  });
  const auto status = write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(3)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(status.error().retry_after.has_value());
  EXPECT_NE(status.error().message.find("may have been made"), std::string::npos);
  EXPECT_EQ(profiles(*direct_), kBefore + 2);
}

TEST_P(WireFaults, ACommitWhoseAnswerIsAwaitedInVainIsLookedUp) {
  PostgresOptions hasty = options();
  hasty.patience = 500ms;
  const auto store = opened(hasty);
  proxy_.follow(at_first_commit({.what = What::kSwallowAnswer}));
  const auto status = write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(3)));
  EXPECT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(profiles(*direct_), kBefore + 1);
}

// The commit does not arrive, and the database waits for it: nobody can know. When it has seen that
// nobody is there any more, everything is as before.
TEST_P(WireFaults, WhatABlackHoleHasTakenIsAnsweredByTheDeadline) {
  PostgresOptions hasty = options();
  hasty.patience = 500ms;
  hasty.deadline = 4s;
  const auto store = opened(hasty);
  proxy_.follow(at_first_commit({.what = What::kSwallow}));
  const auto begun = steady_clock::now();
  const auto status = write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(3)));
  EXPECT_LT(steady_clock::now() - begun, 8s);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(status.error().retry_after.has_value());
  proxy_.drop_swallowed();
  EXPECT_TRUE(write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(3))).ok());
  EXPECT_EQ(profiles(*direct_), kBefore + 1);
  EXPECT_TRUE(healthy(*store).ok());
}

// All connections that there are lead nowhere: one wait is enough to know.
TEST_P(WireFaults, IdleConnectionsGoWithTheFirstThatIsFoundDead) {
  PostgresOptions hasty = options();
  hasty.patience = 1s;
  const auto store = opened(hasty);
  std::atomic<int> inside{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto status = store->read([&](Reader& reader) -> base::Status {
        MUSTER_TRY(reader.get(edm::kProfiles, kTenantA, key_of(1)));
        for (++inside; inside < 4;) std::this_thread::yield();  // each has one of its own
        return base::done();
      });
      EXPECT_TRUE(status.ok());
    });
  }
  for (auto& thread : threads) thread.join();
  const std::size_t dead = proxy_.connections();
  proxy_.follow([dead](const WireProxy::Statement& statement) {
    return WireAction{.what = statement.connection <= dead ? What::kSwallow : What::kPass};
  });
  const auto begun = steady_clock::now();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(profiles(*store), kBefore);
  const auto took = steady_clock::now() - begun;
  EXPECT_GE(took, 1s);
  EXPECT_LT(took, 4s) << "a wait each would be two seconds each";
}

TEST_P(WireFaults, SlowNetworksAreWaitedFor) {
  const auto store = opened(options());
  proxy_.follow([](const WireProxy::Statement&) { return WireAction{.delay = 20ms}; });
  EXPECT_TRUE(write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(3))).ok());
  EXPECT_EQ(profiles(*store), kBefore + 1);
}

// Writes that queue behind one that is held up are told in time, not each after its own wait.
TEST_P(WireFaults, WhatWaitsInTheQueueHasADeadlineToo) {
  PostgresOptions hasty = options();
  hasty.patience = 500ms;
  hasty.deadline = 2s;
  hasty.max_group = 1;
  hasty.writers = 1;
  const auto store = opened(hasty);
  const ConnectionOptions connecting{url_, 20s};
  auto other = Connection::open(connecting);
  ASSERT_TRUE(other.ok());
  ASSERT_TRUE((*other)->script("BEGIN; SELECT 1 FROM tenant_turns FOR UPDATE"));
  const auto begun = steady_clock::now();
  std::vector<std::future<base::Status>> outcomes;
  for (unsigned i = 0; i < 30; ++i) {
    auto promise = std::make_shared<std::promise<base::Status>>();
    outcomes.push_back(promise->get_future());
    store->write(kTenantA, inserting(kTenantA, profile_of(10 + i)),
                 [promise](base::Status status) { promise->set_value(std::move(status)); });
  }
  for (auto& outcome : outcomes) {
    const auto status = outcome.get();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(status.error().retry_after.has_value());
  }
  EXPECT_LT(steady_clock::now() - begun, 5s) << "30 waits would be 15 s";
  ASSERT_TRUE((*other)->script("COMMIT"));
  EXPECT_TRUE(write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(3))).ok());
  EXPECT_EQ(profiles(*direct_), kBefore + 1);
}

MUSTER_ON_THE_SERVER(WireFaults);

}  // namespace
}  // namespace muster::store::postgres
