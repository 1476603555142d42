#include "app/migrate_command.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli.h"
#include "app/test_folder.h"
#include "store/schema.h"

namespace muster::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

class Migrate : public testing::Test {
 protected:
  [[nodiscard]] Outcome run(const std::vector<std::string>& options) const {
    std::vector<const char*> argv = {"muster", "migrate", "--data", data_.c_str()};
    for (const std::string& option : options) argv.push_back(option.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.code = run_cli(static_cast<int>(argv.size()), argv.data());
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
  }
  TestFolder folder_;
  std::string data_ = folder_.file("d");
};

TEST_F(Migrate, ADryRunMakesNothing) {
  const Outcome dry = run({"--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_THAT(dry.out, AllOf(StartsWith("engine   sqlite\nschema   0, of "),
                             HasSubstr("pending  1 initial\n")));
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(Migrate, AFileIsBroughtUpToDateOnce) {
  const Outcome first = run({"--engine", "sqlite"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, AllOf(HasSubstr(", was 0\n"), HasSubstr("applied  1 initial\n")));
  const Outcome second = run({"--json"});
  EXPECT_EQ(second.code, 0) << second.err;
  const std::string newest = std::to_string(store::sqlite_schema(data_ + "/muster.db")->newest);
  EXPECT_EQ(second.out, "{\"engine\":\"sqlite\",\"version\":" + newest +
                            ",\"newestVersion\":" + newest + ",\"applied\":[],\"pending\":[]}\n");
}

TEST_F(Migrate, PrintsForAnyEngineWithoutOpeningOne) {
  for (const std::string& engine : store::engine_names()) {
    const Outcome printed = run({"--print", "--engine", engine});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_EQ(printed.out, store::schema_script(*store::engine_named(engine)));
    EXPECT_EQ(printed.err, "");
  }
  const Outcome usual = run({"--print", "--store", "postgres://nobody@127.0.0.1:1/x"});
  EXPECT_EQ(usual.out, store::schema_script(store::SchemaEngine::kPostgres));
  EXPECT_EQ(run({"--print"}).out, store::schema_script(store::SchemaEngine::kSqlite));
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(Migrate, AnEngineIsThatOfTheStore) {
  const Outcome file = run({"--engine", "citus"});
  EXPECT_EQ(file.code, 1);
  EXPECT_THAT(file.err, HasSubstr("The store is a file; --store postgres://"));
  const Outcome database = run({"--engine", "sqlite", "--store", "postgres://u:pw@127.0.0.1:1/x"});
  EXPECT_EQ(database.code, 1);
  EXPECT_THAT(database.err, HasSubstr("The store is a database"));
  EXPECT_EQ(run({"--engine", "oracle"}).code, 2);
  EXPECT_EQ(run({"--print", "--json"}).code, 2);
  EXPECT_EQ(run({"--print", "--dry-run"}).code, 2);
}

TEST_F(Migrate, ADatabaseThatIsAwayIsAFailureThatTellsNoPassword) {
  const Outcome away = run({"--store", "postgres://u:hunter2@127.0.0.1:1/x"});
  EXPECT_EQ(away.code, 1);
  EXPECT_THAT(away.err, HasSubstr("cannot be reached"));
  EXPECT_THAT(away.err, testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace muster::app
