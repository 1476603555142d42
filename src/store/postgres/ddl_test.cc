// What the frozen SQL comes to in the words of each engine, and that it keeps the rules that let
// the tables be spread by tenant.
#include "store/postgres/ddl.h"

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/postgres/migrations.h"
#include "store/postgres/schema_script.h"

namespace muster::store::postgres {
namespace {

using Kind = Ddl::Kind;
using testing::ElementsAre;

constexpr std::array kEngines = {SchemaEngine::kPostgres, SchemaEngine::kCitus,
                                 SchemaEngine::kCockroach, SchemaEngine::kYugabyte};

constexpr std::string_view kSql = R"(
-- Says nothing; really.
CREATE TABLE colours (
  tenant BYTEA NOT NULL,  -- whose
  id     BYTEA NOT NULL,
  name   BYTEA,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX colours_by_name ON colours (tenant, name NULLS FIRST, id);
ALTER TABLE profiles ADD COLUMN colour BYTEA;
CREATE INDEX profiles_by_colour
  ON profiles (tenant, colour NULLS FIRST, id);
ALTER TABLE profiles DROP COLUMN shade;
DROP INDEX profiles_by_shade;
DROP TABLE shades;
)";

std::vector<std::string> sql_of(SchemaEngine engine, std::string_view sql = kSql) {
  const auto statements = statements_for(engine, sql);
  EXPECT_TRUE(statements.ok());
  std::vector<std::string> all;
  for (const Ddl& one : *statements) all.push_back(one.sql);
  return all;
}

const std::string kTable =
    "CREATE TABLE IF NOT EXISTS colours (\n  tenant BYTEA NOT NULL,\n  id     BYTEA NOT NULL,\n"
    "  name   BYTEA,\n  PRIMARY KEY (tenant, id)\n)";

TEST(Ddl, OfPostgresStopsNobodyForAnIndex) {
  EXPECT_THAT(
      sql_of(SchemaEngine::kPostgres),
      ElementsAre(
          kTable,
          "CREATE INDEX IF NOT EXISTS colours_by_name ON colours (tenant, name NULLS FIRST, id)",
          "ALTER TABLE profiles ADD COLUMN IF NOT EXISTS colour BYTEA",
          "CREATE INDEX CONCURRENTLY IF NOT EXISTS profiles_by_colour\n"
          "  ON profiles (tenant, colour NULLS FIRST, id)",
          "ALTER TABLE profiles DROP COLUMN IF EXISTS shade",
          "DROP INDEX IF EXISTS profiles_by_shade", "DROP TABLE IF EXISTS shades"));
}

TEST(Ddl, SaysHowEachStatementIsRun) {
  const auto statements = statements_for(SchemaEngine::kCitus, kSql);
  ASSERT_TRUE(statements.ok());
  std::vector<Kind> kinds;
  for (const Ddl& one : *statements) kinds.push_back(one.kind);
  EXPECT_THAT(kinds, ElementsAre(Kind::kMake, Kind::kDistribute, Kind::kMake, Kind::kChange,
                                 Kind::kIndex, Kind::kChange, Kind::kChange, Kind::kChange));
  EXPECT_EQ((*statements)[4].index, "profiles_by_colour");
  EXPECT_EQ((*statements)[2].index, "");
}

TEST(Ddl, OfCitusDistributesATableRightAfterItIsMade) {
  const auto all = sql_of(SchemaEngine::kCitus);
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(all[0], kTable);
  EXPECT_EQ(all[1],
            "SELECT create_distributed_table('colours', 'tenant', colocate_with => 'tenant_turns')"
            "\n  WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = "
            "'colours'::regclass)");
  EXPECT_THAT(sql_of(SchemaEngine::kCitus, "CREATE TABLE tenant_turns (tenant BYTEA);")[1],
              testing::HasSubstr("'tenant', colocate_with => 'none')"));
}

TEST(Ddl, OfCockroachNeverSaysWhereNullsAre) {
  const auto all = sql_of(SchemaEngine::kCockroach);
  EXPECT_EQ(all[1], "CREATE INDEX IF NOT EXISTS colours_by_name ON colours (tenant, name, id)");
  EXPECT_EQ(all[3],
            "CREATE INDEX IF NOT EXISTS profiles_by_colour\n  ON profiles (tenant, colour, id)");
}

TEST(Ddl, OfYugabyteSpreadsByTenantAndSortsWithin) {
  const auto all = sql_of(SchemaEngine::kYugabyte);
  EXPECT_THAT(all[0], testing::EndsWith("  PRIMARY KEY ((tenant) HASH, id ASC)\n)"));
  EXPECT_EQ(all[1],
            "CREATE INDEX IF NOT EXISTS colours_by_name ON colours (tenant HASH, name ASC NULLS "
            "FIRST, id ASC)");
  EXPECT_EQ(all[3],
            "CREATE INDEX IF NOT EXISTS profiles_by_colour\n"
            "  ON profiles (tenant HASH, colour ASC NULLS FIRST, id ASC)");
}

TEST(Ddl, RefusesWhatItDoesNotKnow) {
  for (const std::string_view sql :
       {"UPDATE profiles SET colour = NULL;", "ALTER TABLE profiles RENAME TO other;",
        "CREATE UNIQUE INDEX i ON t (tenant);", "CREATE TRIGGER t;", "create table t ();"}) {
    for (const SchemaEngine engine : kEngines) {
      EXPECT_FALSE(statements_for(engine, sql).ok()) << sql;
    }
  }
}

// One page an engine, for people to read and run: `./x gen` writes them.
TEST(SchemaScripts, AreThoseOfTheDocumentation) {
  for (const SchemaEngine engine :
       {SchemaEngine::kSqlite, SchemaEngine::kPostgres, SchemaEngine::kCitus,
        SchemaEngine::kCockroach, SchemaEngine::kYugabyte}) {
    const std::string name(name_of(engine));
    std::ifstream page(MUSTER_TEST_DATA "/../../docs/schema/" + name + ".sql");
    const std::string expected{std::istreambuf_iterator<char>(page), {}};
    EXPECT_EQ(store::schema_script(engine), expected) << name << ": ./x gen";
  }
}

// The words of a text, with brackets and commas as words of their own.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '(' || c == ')' || c == ',') {
      if (!words.back().empty()) words.emplace_back();
      if (c == ' ' || c == '\n') continue;
      words.back() = c;
      words.emplace_back();
      continue;
    }
    words.back() += c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// The words between the first bracket and the last, by commas outside of others.
std::vector<std::string> items_of(const std::vector<std::string>& words) {
  std::vector<std::string> items;
  int depth = 0;
  for (const std::string& word : words) {
    if (word == ")") --depth;
    if (depth == 1 && word == ",") {
      items.emplace_back();
    } else if (depth > 0) {
      if (items.empty()) items.emplace_back();
      items.back() += (items.back().empty() ? "" : " ") + word;
    }
    if (word == "(") ++depth;
  }
  return items;
}

bool is_name(std::string_view word) {
  return !word.empty() &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

// Octets and integers alone: they are the same everywhere, and need no collation.
bool is_column(const std::string& item) {
  const auto words = words_of(item);
  if (words.size() < 2 || !is_name(words[0])) return false;
  if (words[1] != "BYTEA" && words[1] != "BIGINT") return false;
  const std::string rest = item.substr(words[0].size() + 1 + words[1].size());
  return rest.empty() || rest == " NOT NULL" || rest == " NOT NULL PRIMARY KEY" ||
         rest.starts_with(" NOT NULL DEFAULT ");
}

void expect_table(const std::vector<std::string>& words) {
  ASSERT_TRUE(is_name(words[2]));
  auto items = items_of(words);
  ASSERT_GE(items.size(), 2U);
  if (items[0] != "tenant BYTEA NOT NULL PRIMARY KEY") {
    EXPECT_EQ(items[0], "tenant BYTEA NOT NULL");
    const auto key = words_of(items.back());
    ASSERT_EQ(key.size(), 7U) << items.back();
    EXPECT_TRUE(items.back().starts_with("PRIMARY KEY ( tenant , ") && is_name(key[5]));
    items.pop_back();
  }
  for (const std::string& item : items) EXPECT_TRUE(is_column(item)) << item;
}

void expect_index(const std::vector<std::string>& words) {
  ASSERT_TRUE(is_name(words[2]) && words[3] == "ON" && is_name(words[4]) && words[5] == "(");
  const auto items = items_of(words);
  ASSERT_GE(items.size(), 2U);
  EXPECT_EQ(items[0], "tenant");
  EXPECT_EQ(words.back(), ")");
  for (const std::string& item : items) {
    const std::string name = words_of(item)[0];
    EXPECT_TRUE(is_name(name) && (item == name || item == name + " NULLS FIRST")) << item;
  }
}

// There is nothing in the tables that an engine lacks, and every key begins with the tenant.
TEST(FrozenSql, IsOfTheFewWordsThatEveryEngineHas) {
  unsigned tables = 0;
  unsigned indexes = 0;
  for (const Migration& migration : built_in_history()) {
    for (const std::string& statement : split_statements(migration.sql)) {
      SCOPED_TRACE(statement);
      const auto words = words_of(statement);
      const std::string begin = words[0] + " " + words[1];
      if (begin == "CREATE TABLE") {
        ++tables;
        expect_table(words);
      } else if (begin == "CREATE INDEX") {
        ++indexes;
        expect_index(words);
      } else if (begin == "ALTER TABLE" && words[3] == "ADD") {
        EXPECT_EQ(words[4], "COLUMN");
        EXPECT_TRUE(is_column(statement.substr(statement.find(" COLUMN ") + 8)));
      } else {
        EXPECT_TRUE(begin.starts_with("DROP ") || (begin == "ALTER TABLE" && words[3] == "DROP"));
      }
    }
  }
  EXPECT_GE(tables, 19U);
  EXPECT_GE(indexes, 8U);
}

// Programs of before go on writing rows, which have no value for what they do not know.
TEST(FrozenSql, LeaveOlderProgramsWhatTheyNeed) {
  std::int64_t version = 0;
  for (const Migration& migration : built_in_history()) {
    EXPECT_EQ(migration.version, ++version);
    EXPECT_GE(migration.works_with, 0);
    EXPECT_LE(migration.works_with, migration.version);
    if (known_to(migration) == migration.version) continue;
    for (const std::string& statement : split_statements(migration.sql)) {
      EXPECT_EQ(statement.find("DROP"), std::string::npos) << statement;
      if (!statement.starts_with("ALTER TABLE")) continue;
      EXPECT_TRUE(statement.find("NOT NULL") == std::string::npos ||
                  statement.find("DEFAULT") != std::string::npos)
          << statement;
    }
  }
}

}  // namespace
}  // namespace muster::store::postgres
