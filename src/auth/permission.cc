#include "auth/permission.h"

#include <algorithm>

#include "base/encoding.h"

namespace muster::auth {
namespace {

using enum Permission;

constexpr std::array kTable = {
    PermissionRow{kConfigurationRead, "DeviceManagementConfiguration.Read.All",
                  "Read enrolment profiles."},
    PermissionRow{kConfigurationReadWrite, "DeviceManagementConfiguration.ReadWrite.All",
                  "Read, create, change and delete enrolment profiles and their tokens."},
    PermissionRow{kServiceConfigRead, "DeviceManagementServiceConfig.Read.All",
                  "The same as DeviceManagementConfiguration.Read.All."},
    PermissionRow{kServiceConfigReadWrite, "DeviceManagementServiceConfig.ReadWrite.All",
                  "The same as DeviceManagementConfiguration.ReadWrite.All."},
    PermissionRow{kManagedDevicesRead, "DeviceManagementManagedDevices.Read.All",
                  "Read enrolled devices."},
    PermissionRow{kManagedDevicesReadWrite, "DeviceManagementManagedDevices.ReadWrite.All",
                  "Read, change, wipe and delete enrolled devices."},
    PermissionRow{kManagedDevicesPrivileged,
                  "DeviceManagementManagedDevices.PrivilegedOperations.All",
                  "Retire and wipe devices and run remote actions on them."},
    PermissionRow{kAppsRead, "DeviceManagementApps.Read.All", "Read the audit log."},
    PermissionRow{kAppsReadWrite, "DeviceManagementApps.ReadWrite.All", "Read the audit log."},
};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].permission) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order(), "name_of(permission) indexes the table by the enumerator");

// Levenshtein distance; the names are short.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replace, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const PermissionRow> permission_table() {
  return kTable;
}

std::string_view name_of(Permission permission) {
  return kTable[static_cast<std::size_t>(permission)].name;
}

std::optional<Permission> permission_named(std::string_view name) {
  for (const PermissionRow& row : kTable) {
    if (row.name == name) return row.permission;
  }
  return std::nullopt;
}

std::string names_of(PermissionSet set) {
  std::string out;
  for (const PermissionRow& row : kTable) {
    if (!set.contains(row.permission)) continue;
    if (!out.empty()) out += ", ";
    out += row.name;
  }
  return out;
}

std::vector<std::string> split_scope(std::string_view scp) {
  std::vector<std::string> names;
  while (!scp.empty()) {
    const std::size_t end = std::min(scp.find(' '), scp.size());
    if (end > 0) names.emplace_back(scp.substr(0, end));
    scp.remove_prefix(std::min(end + 1, scp.size()));
  }
  return names;
}

PermissionSet permissions_of(std::span<const std::string> names) {
  PermissionSet set;
  for (const std::string& name : names) {
    if (const auto permission = permission_named(name)) set.add(*permission);
  }
  return set;
}

std::optional<std::string_view> nearest_permission(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  if (name.size() > kLongest) return std::nullopt;
  const std::string wanted = base::ascii_lower(name);
  std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
  std::optional<std::string_view> best;
  for (const PermissionRow& row : kTable) {
    const std::size_t edits = edits_between(wanted, base::ascii_lower(row.name));
    if (edits >= least) continue;
    least = edits;
    best = row.name;
  }
  return best;
}

}  // namespace muster::auth
