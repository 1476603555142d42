// `muster copy` between files. Databases, live services and what is refused are in
// tests/protocol/copy.test.mjs, records in store/transfer_test.cc.
#include "app/copy_command.h"

#include <filesystem>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "app/copy_side.h"
#include "app/data_directory.h"
#include "app/test_folder.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

class CopyCommand : public testing::Test {
 protected:
  void SetUp() override {
    source_.data = folder_.file("data");
    auto data = DataDirectory::open(source_, clock_);
    ASSERT_TRUE(data.ok()) << data.error().message;
    ASSERT_TRUE(data->create_tenant({}, "first").ok());
    destination_.data = folder_.file("new");
    fs::create_directories(destination_.data + "/secrets");
    fs::copy_file(source_.data + "/secrets/vault.key", destination_.data + "/secrets/vault.key");
  }
  [[nodiscard]] base::Status copy(bool finish, bool replace = false) {
    const CopyOptions options{.from = "sqlite:" + source_.data,
                              .to = "sqlite:" + destination_.data,
                              .finish = finish,
                              .replace = replace,
                              .json = true};
    testing::internal::CaptureStdout();
    base::Status status = run_copy(source_, options, clock_);
    said_ = testing::internal::GetCapturedStdout();
    return status;
  }
  [[nodiscard]] std::string refusal(base::Status status) {
    return status.ok() ? "" : status.error().message;
  }
  [[nodiscard]] std::size_t tenants() {
    auto data = DataDirectory::open(destination_, clock_);
    EXPECT_TRUE(data.ok()) << (data.ok() ? "" : data.error().message);
    auto found = data->tenants();
    EXPECT_TRUE(found.ok());
    return found.ok() ? found->size() : 0;
  }

  TestFolder folder_;
  base::SystemClock clock_;
  Settings source_;
  Settings destination_;
  std::string said_;
};

TEST_F(CopyCommand, IsServedWhenItIsFinishedAndNotBefore) {
  ASSERT_TRUE(copy(false).ok());
  EXPECT_FALSE(boost::json::parse(said_).at("finished").as_bool());
  const auto early = DataDirectory::open(destination_, clock_);
  ASSERT_FALSE(early.ok());
  EXPECT_NE(early.error().message.find("--finish"), std::string::npos);
  ASSERT_TRUE(copy(true).ok());
  const auto said = boost::json::parse(said_);
  EXPECT_TRUE(said.at("finished").as_bool());
  EXPECT_EQ(said.at("inserted").to_number<int>(), 0);
  EXPECT_EQ(tenants(), 1U);
}

TEST_F(CopyCommand, LeavesAStoreThatIsServedAlone) {
  ASSERT_TRUE(copy(true).ok());
  {
    auto data = DataDirectory::open(destination_, clock_);
    ASSERT_TRUE(data.ok() && data->create_tenant({}, "made after the move").ok());
  }
  EXPECT_NE(refusal(copy(false)), "");
  EXPECT_EQ(tenants(), 2U);
  EXPECT_EQ(refusal(copy(true, true)), "");
  EXPECT_EQ(tenants(), 1U);
}

TEST_F(CopyCommand, HasNoLastPassBesideAService) {
  folder_.write("data/run.json", "{}");
  EXPECT_NE(refusal(copy(true)).find("run.json"), std::string::npos);
  EXPECT_FALSE(fs::exists(destination_.data + "/muster.db"));
  EXPECT_EQ(refusal(copy(false)), "");
}

TEST(CopySides, AreFoldersFilesOrDatabases) {
  const TestFolder folder;
  folder.write("present", "");
  const auto name = [](const std::string& text) {
    const auto side = CopySide::parse("--to", text);
    return side.ok() ? side->name() : side.error().message;
  };
  EXPECT_EQ(name("sqlite:" + folder.path()), "'" + folder.file("muster.db") + "'");
  EXPECT_EQ(name("sqlite:" + folder.path() + "/"), "'" + folder.file("muster.db") + "'");
  EXPECT_EQ(name("sqlite:" + folder.file("absent")), "'" + folder.file("absent/muster.db") + "'");
  EXPECT_EQ(name("sqlite:" + folder.file("absent.db")), "'" + folder.file("absent.db") + "'");
  EXPECT_EQ(name("sqlite:" + folder.file("present")), "'" + folder.file("present") + "'");
  EXPECT_EQ(name("postgres://a:hunter2@b/c"), "the database of --to");
  EXPECT_EQ(name("file.db").find("--to takes sqlite:DIR"), 0U);
}

}  // namespace
}  // namespace muster::app
