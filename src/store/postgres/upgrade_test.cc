// Programs of two versions on one database, while the schema changes under them. Needs a server
// (tools/with_pg.sh).
#include <array>
#include <atomic>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "store/contract.h"
#include "store/postgres/migrations.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/schema_script.h"
#include "store/store_fixture.h"

namespace muster::store::postgres {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// What a later program adds. Audit events are in use, and so are profiles.
constexpr const char* kLaterSql = R"(
CREATE TABLE colours (
  tenant BYTEA NOT NULL,
  id     BYTEA NOT NULL,
  PRIMARY KEY (tenant, id)
);
ALTER TABLE enrollment_profiles ADD COLUMN colour BYTEA;
ALTER TABLE audit_events ADD COLUMN weight BIGINT NOT NULL DEFAULT 7;
CREATE INDEX enrollment_profiles_by_colour
  ON enrollment_profiles (tenant, colour NULLS FIRST, id);
)";

std::int64_t ours() {
  return built_in_history().back().version;
}

std::vector<Migration> history_with(const char* sql, std::int64_t works_with) {
  std::vector<Migration> all(built_in_history().begin(), built_in_history().end());
  all.push_back({ours() + 1, "later", sql, works_with});
  return all;
}

// The later program knows what its history makes.
Program later(const std::vector<Migration>& history) {
  return {.history = history,
          .check = [](Connection& /*connection*/, SchemaAge /*age*/) { return base::done(); }};
}

// Its parameter is the way to the server: whether it goes through the pooler. There are no tests
// where there is none.
class PostgresUpgrades : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      connecting_ = {pgbouncer_schema_url(folder_), 20s, true};
    } else {
      connecting_.url = postgres_schema_url(folder_);
    }
    straight_.url = postgres_schema_url(folder_);
  }
  [[nodiscard]] std::unique_ptr<Store> open(const Program& program) const {
    auto store = PostgresStore::open({.url = connecting_.url,
                                      .vault = test_vault(),
                                      .patience = 20s,
                                      .deadline = 30s,
                                      .pooled = connecting_.pooled,
                                      .health_interval = 0ms},
                                     program);
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return store.ok() ? with_contract(std::move(store).value()) : nullptr;
  }
  [[nodiscard]] std::unique_ptr<Store> open_old() const { return open(Program{}); }
  [[nodiscard]] base::Status migrate_later(std::int64_t works_with,
                                           const std::string& more = "") const {
    const auto history = history_with(kLaterSql, works_with);
    return migrate({.connecting = {connecting_.url + more, 20s, connecting_.pooled},
                    .program = later(history),
                    .lock_turn = 50ms});
  }
  [[nodiscard]] std::unique_ptr<Connection> stranger() const {
    auto connection = Connection::open(straight_);
    EXPECT_TRUE(connection.ok());
    return std::move(connection).value();
  }
  // The first column of the first row.
  [[nodiscard]] static std::int64_t number(Connection& connection, const std::string& sql) {
    const auto rows = connection.run(sql, {}, Connection::Keep::kOnce);
    EXPECT_TRUE(rows) << connection.fault().error.message;
    return rows && rows->size() == 1 ? rows->cell(0, 0, ColumnKind::kInteger).integer : -1;
  }
  void expect_later_schema() const {
    const auto connection = stranger();
    EXPECT_EQ(number(*connection, "SELECT max(version) FROM muster_schema"), ours() + 1);
    EXPECT_EQ(number(*connection, "SELECT count(*) FROM muster_schema"), ours() + 2);
    EXPECT_EQ(number(*connection,
                     "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid = "
                     "'enrollment_profiles_by_colour'::regclass"),
              1);
    EXPECT_EQ(number(*connection, "SELECT count(*) FROM colours"), 0);
    EXPECT_EQ(number(*connection, "SELECT count(weight) - count(*) FROM audit_events"), 0);
  }

  TemporaryFolder folder_;
  ConnectionOptions connecting_{{}, 20s};  // of nodes
  ConnectionOptions straight_{{}, 20s};    // of those who look on
};

base::Status count_up(Store& store, unsigned profile) {
  return write_and_wait(store, kTenantA, [profile](Transaction& transaction) -> base::Status {
    auto record = MUSTER_TRY(transaction.get(edm::kProfiles, kTenantA, key_of(profile)));
    const auto next = record->value_or(edm::profile::kEnrolledDeviceCount, std::int64_t{0});
    record->put(edm::profile::kEnrolledDeviceCount, next + 1);
    return transaction.update(edm::kProfiles, kTenantA, *record);
  });
}

// What the later program does with what it alone knows.
bool paint(Session& session, unsigned profile) {
  const std::string mark = base::random_octets(16);
  if (!session.begin_write(kTenantA, mark).ok()) return false;
  const auto done = session.connection().run(
      "UPDATE enrollment_profiles SET colour = decode('0f', 'hex') WHERE "
      "enrolled_device_count >= 0 AND id = decode(replace('" +
          key_of(profile) + "', '-', ''), 'hex')",
      {}, Connection::Keep::kOnce);
  return done && done->affected() == 1 && session.commit() == Session::Outcome::kDone;
}

TEST_P(PostgresUpgrades, GoOnWhileProgramsOfBothVersionsWrite) {
  constexpr unsigned kProfiles = 4;
  const auto old = open_old();
  for (unsigned i = 0; i < kProfiles; ++i) {
    edm::Record profile = profile_of(i);
    profile.put(edm::profile::kEnrolledDeviceCount, std::int64_t{0});
    ASSERT_TRUE(write_and_wait(*old, kTenantA, inserting(kTenantA, profile)).ok());
  }
  std::array<std::atomic<unsigned>, kProfiles> counted{};
  std::atomic<unsigned> refused{0};
  const auto work = [&](Store& store, unsigned profile) {
    (count_up(store, profile).ok() ? counted.at(profile) : refused) += 1;
  };
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < kProfiles; ++t) {
    threads.emplace_back([&, t](const std::stop_token& stop) {
      while (!stop.stop_requested()) work(*old, t);
    });
  }
  const auto later_history = history_with(kLaterSql, ours());
  const auto newer = open(later(later_history));
  ASSERT_NE(newer, nullptr);
  Session painter(stranger(), test_vault());
  for (unsigned i = 0; i < 40; ++i) {
    work(*newer, i % kProfiles);
    EXPECT_TRUE(paint(painter, i % kProfiles));
    if (i == 20) {
      EXPECT_NE(open_old(), nullptr) << "one that starts on the newer schema";
    }
  }
  for (auto& thread : threads) thread.request_stop();
  threads.clear();
  EXPECT_EQ(refused, 0U);
  for (unsigned i = 0; i < kProfiles; ++i) {
    EXPECT_GE(counted.at(i), 10U);
    const auto found = get(*newer, edm::kProfiles, kTenantA, key_of(i));
    ASSERT_TRUE(found.ok() && *found);
    EXPECT_EQ((*found)->value_or(edm::profile::kEnrolledDeviceCount, std::int64_t{0}),
              counted.at(i));
  }
  ASSERT_TRUE(count_up(*old, 0).ok());
  EXPECT_EQ(
      number(*stranger(), "SELECT count(*) FROM enrollment_profiles WHERE colour IS NOT NULL"),
      kProfiles)
      << "the older program leaves what it does not know as it is";
  edm::Record fresh = profile_of(9);
  EXPECT_TRUE(write_and_wait(*old, kTenantA, inserting(kTenantA, fresh)).ok());
  expect_later_schema();
}

TEST_P(PostgresUpgrades, KeepOutProgramsThatKnowTooLittle) {
  { const auto old = open_old(); }
  ASSERT_TRUE(migrate_later(0).ok());
  const auto refused = PostgresStore::open({.url = straight_.url, .vault = test_vault()});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConfiguration);
  EXPECT_THAT(refused.error().message,
              testing::AllOf(HasSubstr("schema version " + std::to_string(ours() + 1)),
                             HasSubstr("up to " + std::to_string(ours()) + " only"),
                             HasSubstr("Use the newer program again"), HasSubstr("backup")));
}

TEST_P(PostgresUpgrades, DoNotLetAnOlderProgramLeaveOutWhatARowNeeds) {
  { const auto old = open_old(); }
  const auto history =
      history_with("ALTER TABLE audit_events ADD COLUMN weight BIGINT NOT NULL;", ours());
  ASSERT_TRUE(migrate({.connecting = connecting_, .program = later(history)}).ok());
  const auto refused = PostgresStore::open({.url = straight_.url, .vault = test_vault()});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("'weight bigint NOT NULL'"));
}

TEST_P(PostgresUpgrades, MayBeDoneByManyAtOnce) {
  { const auto old = open_old(); }
  std::atomic<unsigned> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto status = migrate_later(ours());
      EXPECT_TRUE(status.ok()) << status.error().message;
      good += status.ok() ? 1U : 0U;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 4U);
  expect_later_schema();
}

// Somebody reads audit events for long, so the second change waits; then the node dies.
TEST_P(PostgresUpgrades, GoOnFromWhereADeadNodeLeftThem) {
  const auto old = open_old();
  ASSERT_TRUE(write_and_wait(*old, kTenantA, inserting(kTenantA, profile_of(1))).ok());
  const auto reader = stranger();
  ASSERT_TRUE(reader->run("BEGIN", {}));
  ASSERT_TRUE(reader->run("SET LOCAL idle_in_transaction_session_timeout = 0", {}));
  ASSERT_EQ(number(*reader, "SELECT count(*) FROM audit_events"), 0);

  const std::string name = "dying-" + folder_.path().substr(folder_.path().size() - 12);
  std::jthread dying([&] {
    EXPECT_FALSE(migrate_later(ours(), "&application_name=" + name).ok()) << "it was killed";
  });
  const auto watcher = stranger();
  const std::string of_it = " FROM pg_stat_activity WHERE application_name = '" + name + "'";
  while (number(*watcher,
                "SELECT count(*)" + of_it + " AND query LIKE 'ALTER TABLE audit_events%'") == 0) {
    std::this_thread::sleep_for(1ms);
  }
  // Nobody waits for the change that waits.
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(count_up(*old, 1).ok());
  EXPECT_TRUE(list(*old, {.set = &edm::kAuditEvents, .tenant = kTenantA}).ok());

  // Once more, should it have just made a new connection.
  while (number(*watcher, "SELECT count(pg_terminate_backend(pid, 5000))" + of_it) != 0) {
  }
  dying.join();
  EXPECT_EQ(number(*watcher, "SELECT max(version) FROM muster_schema"), ours());
  EXPECT_EQ(number(*watcher, "SELECT max(begun) FROM muster_schema"), ours() + 1);
  const auto another = open_old();
  ASSERT_NE(another, nullptr) << "the column that is there already is no fault";
  EXPECT_TRUE(count_up(*another, 1).ok());

  ASSERT_TRUE(reader->run("COMMIT", {}));
  const auto status = migrate_later(ours());
  ASSERT_TRUE(status.ok()) << status.error().message;
  expect_later_schema();
  const auto found = get(*old, edm::kProfiles, kTenantA, key_of(1));
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->value_or(edm::profile::kEnrolledDeviceCount, std::int64_t{0}), 22);
}

TEST_P(PostgresUpgrades, MakeAnIndexAnewThatWasNotFinished) {
  { const auto old = open_old(); }
  const auto other = stranger();
  ASSERT_TRUE(
      other->script("ALTER TABLE enrollment_profiles ADD COLUMN colour BYTEA;"
                    "CREATE INDEX enrollment_profiles_by_colour ON enrollment_profiles (tenant);"
                    "SET allow_system_table_mods = on;"
                    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
                    "'enrollment_profiles_by_colour'::regclass"));
  const auto refused = PostgresStore::open({.url = straight_.url, .vault = test_vault()});
  EXPECT_FALSE(refused.ok()) << "nobody said that the schema is changing";
  ASSERT_TRUE(migrate_later(ours()).ok());
  expect_later_schema();
  EXPECT_EQ(number(*other,
                   "SELECT indnatts::bigint FROM pg_index WHERE indexrelid = "
                   "'enrollment_profiles_by_colour'::regclass"),
            3);
}

// A schema of the time before programs of two versions could work together.
TEST_P(PostgresUpgrades, TakeASchemaWhoseTableOfChangesIsOld) {
  { const auto old = open_old(); }
  const auto other = stranger();
  ASSERT_TRUE(
      other->script("ALTER TABLE muster_schema DROP COLUMN works_with, DROP COLUMN begun, "
                    "DROP COLUMN engine"));
  EXPECT_NE(open_old(), nullptr);
  ASSERT_TRUE(migrate_later(ours()).ok());
  EXPECT_NE(open_old(), nullptr);
  expect_later_schema();
}

// Rows that a program of each version left: what they hold is the same afterwards.
TEST_P(PostgresUpgrades, KeepTheRowsOfEveryVersion) {
  const auto history = history_with(kLaterSql, 0);
  for (std::size_t known = 1; known < history.size(); ++known) {
    const TemporaryFolder folder;
    const ConnectionOptions connecting{postgres_schema_url(folder), 20s};
    const auto connection = std::move(Connection::open(connecting)).value();
    ASSERT_TRUE(connection->script(
        schema_script(SchemaEngine::kPostgres, History(history).first(known)).c_str()));
    const auto columns = connection->run(
        "SELECT table_name::text, string_agg(column_name::text, ',' ORDER BY ordinal_position), "
        "string_agg(CASE data_type::text WHEN 'bigint' THEN 'n' ELSE "
        "'decode(md5(n::text), ''hex'')' END, ',' ORDER BY ordinal_position) FROM "
        "information_schema.columns WHERE table_schema::text = current_schema()::text AND "
        "table_name::text <> 'muster_schema' GROUP BY table_name::text",
        {}, Connection::Keep::kOnce);
    ASSERT_TRUE(columns);
    ASSERT_GE(columns->size(), 19);
    std::vector<std::string> questions;
    for (int row = 0; row < columns->size(); ++row) {
      const auto text = [&](int column) {
        return std::string(columns->cell(row, column, ColumnKind::kText).octets);
      };
      const std::string into = "INSERT INTO " + text(0) + " (" + text(1) + ") SELECT ";
      ASSERT_TRUE(connection->run(into + text(2) + " FROM generate_series(1, 50) n", {}))
          << text(0) << ": " << connection->fault().error.message;
      questions.push_back("SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM (SELECT " +
                          text(1) + " FROM " + text(0) + ") t");
    }
    const auto answers = [&] {
      std::vector<std::string> all;
      for (const std::string& question : questions) {
        const auto rows = connection->run(question, {}, Connection::Keep::kOnce);
        EXPECT_TRUE(rows && rows->size() == 1);
        if (rows) all.emplace_back(rows->cell(0, 0, ColumnKind::kText).octets);
      }
      return all;
    };
    const auto before = answers();
    EXPECT_EQ(std::set<std::string>(before.begin(), before.end()).count(""), 0U);
    const auto status = migrate({.connecting = connecting, .program = later(history)});
    ASSERT_TRUE(status.ok()) << status.error().message;
    EXPECT_EQ(answers(), before) << "from version " << known;
  }
}

std::vector<bool> ways() {
  std::vector<bool> all;
  if (!postgres_url().empty()) all.push_back(false);
  if (!pgbouncer_url().empty()) all.push_back(true);
  return all;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresUpgrades);
INSTANTIATE_TEST_SUITE_P(Server, PostgresUpgrades, testing::ValuesIn(ways()),
                         [](const auto& way) { return way.param ? "pgbouncer" : "postgres"; });

}  // namespace
}  // namespace muster::store::postgres
