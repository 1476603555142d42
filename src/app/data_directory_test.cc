#include "app/data_directory.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/test_folder.h"
#include "edm/audit_model.h"
#include "edm/system_model.h"

namespace muster::app {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class DataDirectoryTest : public testing::Test {
 protected:
  DataDirectory open() {
    auto data = DataDirectory::open(settings_, clock_);
    if (!data) throw std::runtime_error(data.error().message);
    return std::move(data).value();
  }

  TestFolder folder_;
  Settings settings_ = [this] {
    Settings settings;
    settings.data = folder_.file("data");
    return settings;
  }();
  base::SystemClock clock_;
};

TEST_F(DataDirectoryTest, IsMadeForItsOwnerAlone) {
  (void)open();
  const auto mode = [](const std::string& path) { return fs::status(path).permissions(); };
  EXPECT_EQ(mode(settings_.data), fs::perms::owner_all);
  EXPECT_EQ(mode(settings_.data + "/secrets"), fs::perms::owner_all);
  EXPECT_EQ(mode(settings_.data + "/secrets/vault.key"),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DataDirectoryTest, AFileInItsPlaceIsNamed) {
  folder_.write("data", "no folder");
  const auto data = DataDirectory::open(settings_, clock_);
  ASSERT_FALSE(data.ok());
  EXPECT_EQ(data.error().code, base::ErrorCode::kConfiguration);
  EXPECT_THAT(data.error().message, HasSubstr(settings_.data));
}

TEST_F(DataDirectoryTest, TheFirstTenantIsMadeOnceAndIsTheOneMeant) {
  DataDirectory data = open();
  const auto none = data.find_tenant("");
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().message, HasSubstr("muster tenant create"));
  ASSERT_TRUE(data.ensure_tenant().ok());
  ASSERT_TRUE(data.ensure_tenant().ok());
  ASSERT_EQ(data.tenants()->size(), 1U);
  EXPECT_EQ(data.find_tenant("")->name, "default");
}

TEST_F(DataDirectoryTest, TenantsAreFoundByGuidOrNameAndMustBeNamedWhenThereAreTwo) {
  DataDirectory data = open();
  const std::string id = "AAAAAAAA-1111-4111-8111-111111111111";
  ASSERT_EQ(data.create_tenant(id, "north")->id, "aaaaaaaa-1111-4111-8111-111111111111");
  ASSERT_TRUE(data.create_tenant("", "south").ok());
  EXPECT_EQ(data.find_tenant(id)->name, "north");
  EXPECT_EQ(data.find_tenant("south")->name, "south");
  EXPECT_THAT(data.find_tenant("").error().message, HasSubstr("--tenant"));
  EXPECT_THAT(data.find_tenant("east").error().message, HasSubstr("(north)"));
}

TEST_F(DataDirectoryTest, ATenantNeedsAGuidOfItsOwn) {
  DataDirectory data = open();
  const std::string id = "aaaaaaaa-1111-4111-8111-111111111111";
  ASSERT_TRUE(data.create_tenant(id, "one").ok());
  EXPECT_EQ(data.create_tenant(id, "two").error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(data.create_tenant("contoso", "x").error().code, base::ErrorCode::kConfiguration);
  EXPECT_FALSE(data.create_tenant(std::string(edm::kSystemTenant), "x").ok());
}

TEST_F(DataDirectoryTest, MakingATenantLeavesAnAuditEvent) {
  DataDirectory data = open();
  ASSERT_TRUE(data.create_tenant("", "north").ok());
  const auto events =
      store::list(data.store(), {.set = &edm::kAuditEvents, .tenant = edm::kSystemTenant});
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->records.size(), 1U);
  EXPECT_EQ(events->records.front().value_or(edm::audit_event::kOperation, std::string()),
            "Create");
}

TEST_F(DataDirectoryTest, IsOpenedTwiceAtTheSameTime) {
  DataDirectory server = open();
  DataDirectory command = open();
  const auto made = command.create_tenant("", "north");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(server.find_tenant("north")->id, made->id);
}

}  // namespace
}  // namespace muster::app
