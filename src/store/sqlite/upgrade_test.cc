// Files that programs of each version left, opened by this one: what they hold is the same before
// and after, also when the program dies while it changes the file.
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/sqlite/fault_vfs.h"
#include "store/sqlite/migrations.h"
#include "store/store_fixture.h"

namespace muster::store::sqlite {
namespace {

constexpr int kKilled = 99;

class FilesOf : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    // The script up to what the next version did.
    std::string script = store::schema_script(SchemaEngine::kSqlite);
    const auto next = script.find("\n-- Version " + std::to_string(GetParam() + 1) + ":");
    if (next != std::string::npos) script = script.substr(0, next) + "\nCOMMIT;\n";
    Connection connection = open(path());
    ASSERT_TRUE(connection.execute("PRAGMA journal_mode = WAL").ok());
    const auto made = connection.execute(script.c_str());
    ASSERT_TRUE(made.ok()) << made.error().message;
    fill(connection);
    before_ = answers(path());
    ASSERT_GE(before_.size(), 6U);
  }
  [[nodiscard]] std::string path() const { return folder_.file("muster.db"); }
  [[nodiscard]] static Connection open(const std::string& path) {
    auto connection = Connection::open(path, OpenMode::kCreate, "", std::chrono::seconds(1));
    EXPECT_TRUE(connection.ok());
    return std::move(connection).value();
  }
  [[nodiscard]] static std::string ask(Connection& connection, const std::string& sql) {
    auto text = connection.text_of(sql);
    EXPECT_TRUE(text.ok()) << sql;
    return text.ok() ? *text : "";
  }
  // Rows with a value in every column, and a question that tells whether any of them changed.
  void fill(Connection& connection) {
    Statement tables =
        std::move(connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name "
                                     "NOT IN ('schema_version') ORDER BY name"))
            .value();
    std::vector<std::string> names;
    while (*tables.step() == Step::kRow) names.emplace_back(tables.column(0).octets);
    for (const std::string& name : names) {
      const std::string of = " FROM pragma_table_info('" + name + "')";
      const std::string columns = ask(connection, "SELECT group_concat(name)" + of);
      const std::string values =
          ask(connection,
              "SELECT group_concat(CASE type WHEN 'INTEGER' THEN 'n' WHEN 'TEXT' THEN '''t'' || n' "
              "ELSE 'CAST(''b'' || n AS BLOB)' END)" +
                  of);
      const std::string insert =
          "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
          "FROM numbers WHERE n < 50) INSERT INTO " +
          name + " (" + columns + ") SELECT " + values + " FROM numbers";
      const auto status = connection.execute(insert.c_str());
      ASSERT_TRUE(status.ok()) << insert << status.error().message;
      const std::string row =
          ask(connection, "SELECT group_concat('quote(' || name || ')', '||'',''||')" + of);
      questions_.push_back("SELECT group_concat(row, ';') FROM (SELECT " + row + " AS row FROM " +
                           name + " ORDER BY rowid)");
    }
  }
  [[nodiscard]] std::vector<std::string> answers(const std::string& path) const {
    Connection connection = open(path);
    std::vector<std::string> all;
    for (const std::string& question : questions_) all.push_back(ask(connection, question));
    EXPECT_EQ(ask(connection, "PRAGMA integrity_check"), "ok");
    return all;
  }
  static void expect_opens(const std::string& path) {
    const auto store = open_sqlite({.path = path, .vault = test_vault()});
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_TRUE(write_and_wait(**store, kTenantA, inserting(kTenantA, profile_of(1))).ok());
  }
  // A program that brings the file up to date and dies before the write of that number.
  [[nodiscard]] static int migrate_and_die(const std::string& path, unsigned write) {
    const pid_t child = fork();
    if (child == 0) {
      FaultVfs vfs;
      unsigned left = write;
      vfs.on_write([&left] {
        if (--left == 0) _exit(kKilled);
      });
      auto connection =
          Connection::open(path, OpenMode::kReadWrite, vfs.name(), std::chrono::seconds(1));
      _exit(connection.ok() && migrate(*connection, path).ok() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  TemporaryFolder folder_;
  std::vector<std::string> questions_;
  std::vector<std::string> before_;
};

TEST_P(FilesOf, AVersionKeepTheirRows) {
  const auto state = sqlite_schema(path());
  ASSERT_TRUE(state.ok()) << state.error().message;
  EXPECT_EQ(state->version, GetParam());
  EXPECT_EQ(state->newest, newest_version());
  EXPECT_EQ(state->pending.size(), static_cast<std::size_t>(newest_version() - GetParam()));
  {
    const auto store = open_sqlite({.path = path(), .vault = test_vault()});
    ASSERT_TRUE(store.ok()) << store.error().message;
  }
  EXPECT_EQ(answers(path()), before_);
  EXPECT_EQ(sqlite_schema(path())->version, newest_version());
  expect_opens(path());
}

TEST_P(FilesOf, AVersionOutliveAProgramThatDiesWhileItChangesThem) {
  const std::string copy = folder_.file("copy.db");
  unsigned kills = 0;
  for (unsigned write = 1; write < 2'000; write += 1 + write / 8) {
    for (const char* part : {"", "-wal", "-shm"}) {
      std::filesystem::remove(copy + part);
      if (!std::filesystem::exists(path() + part)) continue;
      std::filesystem::copy_file(path() + part, copy + part);
    }
    const int code = migrate_and_die(copy, write);
    ASSERT_TRUE(code == 0 || code == kKilled) << code;
    EXPECT_EQ(answers(copy), before_) << "after " << write << " writes";
    const int version = static_cast<int>(sqlite_schema(copy)->version);
    EXPECT_TRUE(version == GetParam() || version == newest_version()) << version;
    expect_opens(copy);
    if (code == 0) break;
    ++kills;
  }
  if (GetParam() < newest_version()) {
    EXPECT_GE(kills, 5U);
  }
}

INSTANTIATE_TEST_SUITE_P(Schema, FilesOf, testing::Range(1, newest_version() + 1));

}  // namespace
}  // namespace muster::store::sqlite
