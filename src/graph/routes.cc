#include "graph/routes.h"

#include <array>

namespace muster::graph {
namespace {

using Kind = odata::Resource::Kind;

constexpr std::array kKinds = {
    KindRow{Kind::kEntitySet, Route::kEntitySet, "GET, HEAD, POST, OPTIONS"},
    KindRow{Kind::kReferences, Route::kReferences, "POST, OPTIONS"},
    KindRow{Kind::kCount, Route::kCount, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kEntity, Route::kEntity, "GET, HEAD, PATCH, DELETE, OPTIONS"},
    KindRow{Kind::kAction, Route::kAction, "POST, OPTIONS"},
    KindRow{Kind::kRendition, Route::kRendition, "GET, HEAD, OPTIONS"},
};

struct PermissionFamily {
  std::string_view name;
  auth::PermissionSet read;
  auth::PermissionSet write;
};

// The families that the model names; a family that is not here grants nothing to anybody.
constexpr std::array kFamilies = {
    PermissionFamily{"DeviceManagementConfiguration", auth::kReadConfiguration,
                     auth::kWriteConfiguration},
    PermissionFamily{"DeviceManagementManagedDevices", auth::kReadDevices, auth::kWriteDevices},
    PermissionFamily{"DeviceManagementApps", auth::kReadAudit, auth::PermissionSet()},
};

}  // namespace

const KindRow& row_of(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

bool allows(const KindRow& row, std::string_view method) {
  std::string_view rest = row.allow;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(", ");
    if (rest.substr(0, comma) == method) return true;
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 2);
  }
  return false;
}

auth::PermissionSet required_permissions(const edm::EntitySet& set, bool reading) {
  for (const PermissionFamily& family : kFamilies) {
    if (family.name == set.permission) return reading ? family.read : family.write;
  }
  return {};
}

}  // namespace muster::graph
