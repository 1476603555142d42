// Engines that are not here, played by a PostgreSQL that says of itself what they would say: which
// is recognised, what it is sent, and that its script is SQL as far as PostgreSQL can tell. Needs a
// server (tools/with_pg.sh).
#include <gmock/gmock.h>

#include "store/postgres/migrations.h"
#include "store/postgres/schema_script.h"
#include "store/store_fixture.h"

namespace muster::store::postgres {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Found before the system's own, for the schema of a test comes first in its path.
constexpr const char* kCitusStubs = R"(
CREATE VIEW pg_extension AS SELECT 'citus'::name AS extname;
CREATE TABLE pg_dist_partition (logicalrelid regclass NOT NULL PRIMARY KEY);
CREATE TABLE calls (number SERIAL, call TEXT);
CREATE FUNCTION create_distributed_table(name TEXT, spread_by TEXT, colocate_with TEXT)
RETURNS void LANGUAGE SQL BEGIN ATOMIC
  INSERT INTO pg_dist_partition VALUES (name::regclass);
  INSERT INTO calls (call) VALUES (name || ' by ' || spread_by || ' beside ' || colocate_with);
END;
CREATE FUNCTION create_reference_table(name TEXT)
RETURNS void LANGUAGE SQL BEGIN ATOMIC
  INSERT INTO pg_dist_partition VALUES (name::regclass);
  INSERT INTO calls (call) VALUES (name || ' everywhere');
END;
)";

// Its parameter is the server; there are no tests where there is none.
class PostgresEngines : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { connecting_.url = postgres_schema_url(folder_) + "%2Cpg_catalog"; }
  void run(const std::string& sql) const {
    const auto connection = stranger();
    // One statement at a time, by a function whose body has semicolons of its own.
    ASSERT_TRUE(connection->run(sql, {}, Connection::Keep::kOnce))
        << connection->fault().error.message << "\n"
        << sql;
  }
  void play_citus() const {
    std::string_view rest = kCitusStubs;
    while (rest.size() > 1) {
      const std::size_t end = std::min(rest.find(";\nCREATE"), rest.size());
      run(std::string(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }
  void play(const std::string& version) const {
    run("CREATE FUNCTION version() RETURNS TEXT LANGUAGE SQL RETURN '" + version + "'");
  }
  [[nodiscard]] std::unique_ptr<Connection> stranger() const {
    auto connection = Connection::open(connecting_);
    EXPECT_TRUE(connection.ok());
    return std::move(connection).value();
  }
  // The first column, joined.
  [[nodiscard]] std::string ask(const std::string& sql) const {
    const auto connection = stranger();
    const auto rows = connection->run(sql, {}, Connection::Keep::kOnce);
    EXPECT_TRUE(rows) << connection->fault().error.message;
    std::string all;
    for (int row = 0; rows && row < rows->size(); ++row) {
      all += (row > 0 ? "," : "") + std::string(rows->cell(row, 0, ColumnKind::kText).octets);
    }
    return all;
  }
  [[nodiscard]] base::Status go(std::optional<SchemaEngine> engine = {},
                                bool distribute_again = false) const {
    return migrate(
        {.connecting = connecting_, .engine = engine, .distribute_again = distribute_again});
  }
  [[nodiscard]] SchemaEngine seen() const {
    const auto state = schema_state({.connecting = connecting_});
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().message);
    return state.ok() ? state->engine : SchemaEngine::kSqlite;
  }
  void expect_refusal(const base::Status& status, const std::string& why) const {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, base::ErrorCode::kConfiguration);
    EXPECT_THAT(status.error().message, HasSubstr(why));
  }
  [[nodiscard]] std::string made() const {
    return ask(
        "SELECT c.relname::text || ' ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN "
        "pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = current_schema()::regnamespace "
        "AND c.relname NOT IN ('pg_dist_partition') ORDER BY 1");
  }

  TemporaryFolder folder_;
  ConnectionOptions connecting_{{}, 20s};
};

constexpr const char* kCalls = "SELECT call FROM calls ORDER BY number";
constexpr const char* kTables =
    "SELECT count(*)::text FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND "
    "table_schema = current_schema() AND table_name NOT IN ('calls', 'pg_dist_partition')";

TEST_P(PostgresEngines, OfCitusIsSeenAndDistributesEveryTable) {
  play_citus();
  EXPECT_EQ(seen(), SchemaEngine::kCitus);
  ASSERT_TRUE(go().ok());
  const std::string calls = ask(kCalls);
  EXPECT_THAT(calls, testing::StartsWith("muster_schema everywhere,tenant_turns by tenant beside "
                                         "none,store_probe by tenant beside tenant_turns,"));
  EXPECT_EQ(ask("SELECT count(*)::text FROM calls"), ask(kTables));
  EXPECT_EQ(ask("SELECT engine FROM muster_schema WHERE version = 0"), "citus");
  ASSERT_TRUE(go().ok());
  ASSERT_TRUE(go(SchemaEngine::kCitus, true).ok());
  EXPECT_EQ(ask(kCalls), calls) << "once each";
  const auto store = open_postgres({.url = connecting_.url, .vault = test_vault()});
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_TRUE(write_and_wait(**store, kTenantA, inserting(kTenantA, profile_of(1))).ok());
}

TEST_P(PostgresEngines, OfCitusGoOnWithADatabaseThatIsDistributedInPart) {
  play_citus();
  ASSERT_TRUE(go().ok());
  run("DELETE FROM pg_dist_partition WHERE logicalrelid::text IN ('tenants', 'audit_events')");
  run("DELETE FROM calls");
  ASSERT_TRUE(go().ok());
  EXPECT_EQ(ask(kCalls), "") << "a start changes nothing";
  ASSERT_TRUE(go({}, true).ok());
  EXPECT_EQ(ask(kCalls),
            "tenants by tenant beside tenant_turns,audit_events by tenant beside tenant_turns");
}

TEST_P(PostgresEngines, OfCitusTakesTablesThatWereMadeBefore) {
  ASSERT_TRUE(go().ok());
  play_citus();
  EXPECT_EQ(seen(), SchemaEngine::kPostgres) << "as it was set up";
  ASSERT_TRUE(go().ok());
  EXPECT_EQ(ask(kCalls), "");
  ASSERT_TRUE(go(SchemaEngine::kCitus).ok());
  EXPECT_EQ(ask("SELECT count(*)::text FROM calls"), ask(kTables));
  EXPECT_EQ(seen(), SchemaEngine::kCitus);
  expect_refusal(go(SchemaEngine::kPostgres), "distributed");
}

TEST_P(PostgresEngines, OfPostgresMayBeAskedForBesideCitus) {
  play_citus();
  ASSERT_TRUE(go(SchemaEngine::kPostgres).ok());
  ASSERT_TRUE(go().ok());
  EXPECT_EQ(ask(kCalls), "");
}

TEST_P(PostgresEngines, AreNotTakenForOthers) {
  expect_refusal(go(SchemaEngine::kCitus), "CREATE EXTENSION citus");
  expect_refusal(go(SchemaEngine::kCockroach), "'cockroach'");
  play("CockroachDB CCL v23.2.4 (x86_64-pc-linux-gnu, built 2024/04/08)");
  EXPECT_EQ(seen(), SchemaEngine::kCockroach);
  expect_refusal(go(SchemaEngine::kPostgres), "'cockroach'");
  EXPECT_EQ(ask(kTables), "0") << "nothing was made";
}

TEST_P(PostgresEngines, OfYugabyteIsSeen) {
  play("PostgreSQL 11.2-YB-2.20.1.0-b0 on x86_64-pc-linux-gnu");
  EXPECT_EQ(seen(), SchemaEngine::kYugabyte);
}

// PostgreSQL knows all words of this one.
TEST_P(PostgresEngines, OfCockroachIsSentWhatPostgresTakes) {
  play("CockroachDB CCL v23.2.4 (x86_64-pc-linux-gnu, built 2024/04/08)");
  ASSERT_TRUE(go().ok());
  EXPECT_EQ(ask("SELECT engine FROM muster_schema WHERE version = 0"), "cockroach");
  EXPECT_THAT(made(), testing::Not(HasSubstr("NULLS FIRST")));
  const auto store = open_postgres({.url = connecting_.url, .vault = test_vault()});
  ASSERT_TRUE(store.ok()) << store.error().message;
}

// Each script, run by hand, is a database that a start has nothing to do with. Of YugabyteDB's
// words PostgreSQL lacks HASH, and ASC in a key.
TEST_P(PostgresEngines, TakeTheirScripts) {
  play_citus();
  for (const SchemaEngine engine : {SchemaEngine::kPostgres, SchemaEngine::kCitus,
                                    SchemaEngine::kCockroach, SchemaEngine::kYugabyte}) {
    std::string script = schema_script(engine, built_in_history());
    for (const auto& [theirs, ours] :
         {std::pair<std::string, std::string>{"(tenant) HASH", "tenant"},
          {"tenant HASH", "tenant"},
          {" ASC)\n)", ")\n)"}}) {
      for (auto at = script.find(theirs); at != std::string::npos; at = script.find(theirs)) {
        script.replace(at, theirs.size(), ours);
      }
    }
    for (int run_number = 0; run_number < 2; ++run_number) {
      const auto connection = stranger();
      ASSERT_TRUE(connection->script(script.c_str())) << connection->fault().error.message;
    }
    EXPECT_EQ(ask("SELECT engine FROM muster_schema WHERE version = 0"), name_of(engine));
    EXPECT_EQ(ask("SELECT string_agg(version::text, '' ORDER BY version) FROM muster_schema"),
              ask("SELECT string_agg(n::text, '' ORDER BY n) FROM generate_series(0, " +
                  std::to_string(built_in_history().back().version) + ") n"));
    const auto status = go(engine == SchemaEngine::kCitus ? std::optional(engine) : std::nullopt);
    if (engine == SchemaEngine::kPostgres || engine == SchemaEngine::kCitus) {
      EXPECT_TRUE(status.ok()) << status.error().message;
    }
    run("DROP TABLE " + ask("SELECT string_agg(table_name::text, ', ') FROM "
                            "information_schema.tables WHERE table_type = 'BASE TABLE' AND "
                            "table_schema = current_schema() AND table_name NOT IN "
                            "('calls', 'pg_dist_partition')"));
    run("DELETE FROM pg_dist_partition");
  }
}

MUSTER_ON_THE_SERVER(PostgresEngines);

}  // namespace
}  // namespace muster::store::postgres
