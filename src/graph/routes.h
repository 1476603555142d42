// Which methods a resource takes and which permission each needs. Derived from the model: a
// resource without a permission cannot be reached.
#pragma once

#include <optional>
#include <string_view>

#include "auth/permission.h"
#include "graph/telemetry.h"
#include "odata/resource_path.h"

namespace muster::graph {

struct KindRow {
  odata::Resource::Kind kind;
  Route route;
  std::string_view allow;  // as in the Allow header
};
[[nodiscard]] const KindRow& row_of(odata::Resource::Kind kind);

[[nodiscard]] bool allows(const KindRow& row, std::string_view method);

// The permissions of which the caller needs one. Reading methods ask for less.
[[nodiscard]] auth::PermissionSet required_permissions(const edm::EntitySet& set, bool reading);

}  // namespace muster::graph
