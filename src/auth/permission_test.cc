#include "auth/permission.h"

#include <gtest/gtest.h>

namespace muster::auth {
namespace {

TEST(Permission, NamesAreUniqueAndFoundExactly) {
  for (const PermissionRow& row : permission_table()) {
    EXPECT_EQ(permission_named(row.name), row.permission);
    EXPECT_EQ(name_of(row.permission), row.name);
    EXPECT_FALSE(row.sentence.empty());
  }
  EXPECT_FALSE(permission_named("devicemanagementconfiguration.read.all"));
  EXPECT_FALSE(permission_named("DeviceManagementConfiguration.Read.All "));
  EXPECT_FALSE(permission_named(""));
}

TEST(Permission, ServiceConfigIsAnEqualOfConfiguration) {
  using enum Permission;
  EXPECT_TRUE(grants(PermissionSet(kServiceConfigRead), kReadConfiguration));
  EXPECT_TRUE(grants(PermissionSet(kServiceConfigReadWrite), kReadConfiguration));
  EXPECT_TRUE(grants(PermissionSet(kServiceConfigReadWrite), kWriteConfiguration));
  EXPECT_FALSE(grants(PermissionSet(kServiceConfigRead), kWriteConfiguration));
  EXPECT_FALSE(grants(PermissionSet(kConfigurationRead), kWriteConfiguration));
}

// Every permission against everything that routes ask for.
TEST(Permission, MatrixOfGrants) {
  const PermissionSet asked[] = {kReadConfiguration, kWriteConfiguration, kReadDevices,
                                 kWriteDevices,      kOperateDevices,     kWipeDevices,
                                 kReadAudit};
  const char* granted[] = {"1......", "11.....", "1......", "11.....", "..1....",
                           "..11.1.", "....11.", "......1", "......1"};
  for (const PermissionRow& row : permission_table()) {
    std::string cells;
    for (const PermissionSet& set : asked) {
      cells += grants(PermissionSet(row.permission), set) ? '1' : '.';
    }
    EXPECT_EQ(cells, granted[static_cast<std::size_t>(row.permission)]) << row.name;
  }
}

TEST(Permission, NothingIsGrantedToOrByTheEmptySet) {
  PermissionSet everything;
  for (const PermissionRow& row : permission_table()) everything.add(row.permission);
  EXPECT_FALSE(grants(everything, PermissionSet()));
  EXPECT_FALSE(grants(PermissionSet(), kReadConfiguration));
  EXPECT_TRUE(PermissionSet().empty());
}

TEST(Permission, ScopesAreSplitAtBlanksOnly) {
  EXPECT_EQ(split_scope("  a b  c "), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(split_scope("a\tb,c"), (std::vector<std::string>{"a\tb,c"}));
  EXPECT_TRUE(split_scope("").empty());
  EXPECT_TRUE(split_scope("   ").empty());
}

TEST(Permission, UnknownNamesGrantNothing) {
  const std::vector<std::string> names = {"Directory.ReadWrite.All", "",
                                          "DeviceManagementApps.Read.All"};
  EXPECT_EQ(permissions_of(names), PermissionSet(Permission::kAppsRead));
  EXPECT_EQ(names_of(permissions_of(names)), "DeviceManagementApps.Read.All");
  EXPECT_EQ(names_of(kWriteConfiguration),
            "DeviceManagementConfiguration.ReadWrite.All, "
            "DeviceManagementServiceConfig.ReadWrite.All");
}

TEST(Permission, MistypedNamesFindTheirNeighbour) {
  EXPECT_EQ(nearest_permission("devicemanagementconfiguration.readwrite.all"),
            "DeviceManagementConfiguration.ReadWrite.All");
  EXPECT_EQ(nearest_permission("DeviceManagementManagedDevices.PriviligedOperation.All"),
            "DeviceManagementManagedDevices.PrivilegedOperations.All");
  EXPECT_EQ(nearest_permission("DeviceManagementApps.Read"), "DeviceManagementApps.Read.All");
  EXPECT_FALSE(nearest_permission("admin"));
  EXPECT_FALSE(nearest_permission(""));
  EXPECT_FALSE(nearest_permission(std::string(10'000, 'D')));
}

}  // namespace
}  // namespace muster::auth
