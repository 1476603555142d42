// What a caller may do: the Microsoft Graph permissions that Muster knows, as bits. The names are
// the wire names of tokens (`scp`, `roles`) and of `--role` on the command line; a route names the
// set of which any one member is enough (Graph's pages list them "least to most privileged").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::auth {

enum class Permission : std::uint8_t {
  kConfigurationRead,
  kConfigurationReadWrite,
  kServiceConfigRead,
  kServiceConfigReadWrite,
  kManagedDevicesRead,
  kManagedDevicesReadWrite,
  kManagedDevicesPrivileged,
  kAppsRead,
  kAppsReadWrite,
};

// A set of permissions; a value of one word.
class PermissionSet {
 public:
  constexpr PermissionSet() = default;
  template <typename... More>
  constexpr explicit PermissionSet(Permission first, More... more) {
    add(first);
    (add(more), ...);
  }

  constexpr void add(Permission permission) {
    bits_ |= 1U << static_cast<std::uint32_t>(permission);
  }
  constexpr void add(PermissionSet other) { bits_ |= other.bits_; }
  [[nodiscard]] constexpr bool contains(Permission permission) const {
    return (bits_ >> static_cast<std::uint32_t>(permission) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool intersects(PermissionSet other) const {
    return (bits_ & other.bits_) != 0;
  }
  friend constexpr bool operator==(PermissionSet, PermissionSet) = default;

 private:
  std::uint32_t bits_ = 0;
};

// True if `held` has at least one member of `any_of`. An empty `any_of` is granted to nobody: a
// route without a permission is a mistake, not a gift.
[[nodiscard]] constexpr bool grants(PermissionSet held, PermissionSet any_of) {
  return held.intersects(any_of);
}

// What the routes ask for. DeviceManagementServiceConfig.* counts as
// DeviceManagementConfiguration.* because clients in the field were written against either.
inline constexpr PermissionSet kReadConfiguration{
    Permission::kConfigurationRead, Permission::kConfigurationReadWrite,
    Permission::kServiceConfigRead, Permission::kServiceConfigReadWrite};
inline constexpr PermissionSet kWriteConfiguration{Permission::kConfigurationReadWrite,
                                                   Permission::kServiceConfigReadWrite};
inline constexpr PermissionSet kReadDevices{Permission::kManagedDevicesRead,
                                            Permission::kManagedDevicesReadWrite};
inline constexpr PermissionSet kWriteDevices{Permission::kManagedDevicesReadWrite};
// retire, syncDevice, remoteLock, rebootNow, resetPasscode, setDeviceName.
inline constexpr PermissionSet kOperateDevices{Permission::kManagedDevicesPrivileged};
// wipe: Graph lists ReadWrite.All beside PrivilegedOperations.All.
inline constexpr PermissionSet kWipeDevices{Permission::kManagedDevicesPrivileged,
                                            Permission::kManagedDevicesReadWrite};
// Audit events, which Graph files under *Apps*.
inline constexpr PermissionSet kReadAudit{Permission::kAppsRead, Permission::kAppsReadWrite};

struct PermissionRow {
  Permission permission;
  std::string_view name;      // exact, case counts
  std::string_view sentence;  // for the documentation and `--help`
};

// Every permission, in the order of the enumeration.
[[nodiscard]] std::span<const PermissionRow> permission_table();
[[nodiscard]] std::string_view name_of(Permission permission);
[[nodiscard]] std::optional<Permission> permission_named(std::string_view name);

// The known names joined by ", " of a set; for messages such as "needs one of …".
[[nodiscard]] std::string names_of(PermissionSet set);

// The blank-separated names of a `scp` claim or `--scope` option, in order, without empty ones.
[[nodiscard]] std::vector<std::string> split_scope(std::string_view scp);

// The bits of the names that are known. Unknown names grant nothing.
[[nodiscard]] PermissionSet permissions_of(std::span<const std::string> names);

// The known name nearest to a mistyped one (case ignored, few edits), or nullopt when none is near.
// For "unknown role 'x', did you mean 'y'?" on the command line.
[[nodiscard]] std::optional<std::string_view> nearest_permission(std::string_view name);

}  // namespace muster::auth
