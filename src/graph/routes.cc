#include "graph/routes.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "edm/device_model.h"

namespace muster::graph {
namespace {

using Kind = odata::Resource::Kind;

constexpr std::array<std::string_view, 2> kVersions = {"beta", "v1.0"};

struct KindRow {
  Kind kind;
  Route route;
  std::string_view allow;  // unless methods_of knows better
};

constexpr std::array kKinds = {
    KindRow{Kind::kEntitySet, Route::kEntitySet, "GET, HEAD, POST, OPTIONS"},
    KindRow{Kind::kReferences, Route::kReferences, "GET, HEAD, POST, OPTIONS"},
    KindRow{Kind::kCount, Route::kCount, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kEntity, Route::kEntity, "GET, HEAD, PATCH, DELETE, OPTIONS"},
    KindRow{Kind::kAction, Route::kAction, "POST, OPTIONS"},
    KindRow{Kind::kRendition, Route::kRendition, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kContainer, Route::kContainer, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kEntityById, Route::kEntity, ""},
    KindRow{Kind::kReference, Route::kReferences, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kProperty, Route::kProperty, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
    KindRow{Kind::kRawValue, Route::kProperty, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kPropertyCount, Route::kProperty, "GET, HEAD, OPTIONS"},
    KindRow{Kind::kFunction, Route::kFunction, "GET, HEAD, OPTIONS"},
};

constexpr bool kinds_are_in_order() {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
  }
  return true;
}
static_assert(kinds_are_in_order(), "row_of(kind) indexes the table by the enumerator");

const KindRow& row_of(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

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
    PermissionFamily{edm::kPrivilegedDeviceOperations, auth::PermissionSet(),
                     auth::kOperateDevices},
    PermissionFamily{edm::kWipeOperation, auth::PermissionSet(), auth::kWipeDevices},
    PermissionFamily{"DeviceManagementApps", auth::kReadAudit, auth::PermissionSet()},
};

}  // namespace

std::optional<std::string_view> served_version(std::string_view segment) {
  for (const std::string_view version : kVersions) {
    if (base::equal_ignoring_case(version, segment)) return version;
  }
  return std::nullopt;
}

Route route_of(Kind kind) {
  return row_of(kind).route;
}

std::string_view methods_of(const odata::Resource& resource) {
  constexpr std::string_view kReading = "GET, HEAD, OPTIONS";
  if (resource.set == nullptr) return row_of(resource.kind).allow;
  const edm::EntitySet& set = *resource.set;
  if (resource.kind == Kind::kEntitySet || resource.kind == Kind::kReferences) {
    return set.insertable ? row_of(resource.kind).allow : kReading;
  }
  if (resource.kind == Kind::kEntity) {
    if (set.updatable) {
      const bool deletable = set.deletable && !set.singleton;
      return deletable ? row_of(resource.kind).allow : "GET, HEAD, PATCH, OPTIONS";
    }
    return set.deletable ? "GET, HEAD, DELETE, OPTIONS" : kReading;
  }
  if (resource.kind == Kind::kProperty) {
    if (!set.updatable) return kReading;
    const bool ours =
        std::any_of(resource.property.begin(), resource.property.end(),
                    [](const edm::Property* row) { return row->access == edm::Access::kServer; });
    if (ours) return kReading;
    // A collection is replaced as a whole (OData 4.01 Protocol §11.4.9.4).
    if (resource.property.back()->collection) return "GET, HEAD, PUT, OPTIONS";
  }
  return row_of(resource.kind).allow;
}

std::string_view next_method(std::string_view& methods) {
  const std::size_t comma = methods.find(", ");
  const std::string_view method = methods.substr(0, comma);
  methods.remove_prefix(comma == std::string_view::npos ? methods.size() : comma + 2);
  return method;
}

bool allows(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    if (next_method(methods) == method) return true;
  }
  return false;
}

auth::PermissionSet required_permissions(const edm::EntitySet& set, bool reading,
                                         const edm::Action* action) {
  const bool own = action != nullptr && !reading && !action->permission.empty();
  const std::string_view name = own ? action->permission : set.permission;
  for (const PermissionFamily& family : kFamilies) {
    if (family.name == name) return reading ? family.read : family.write;
  }
  return {};
}

auth::PermissionSet required_permissions(const odata::Resource& resource, bool reading,
                                         std::span<const edm::EntitySet* const> sets) {
  if (resource.set != nullptr) {
    return required_permissions(*resource.set, reading, resource.action);
  }
  auth::PermissionSet any;
  for (const edm::EntitySet* set : sets) {
    if (set->container == resource.container) any.add(required_permissions(*set, reading));
  }
  return any;
}

}  // namespace muster::graph
