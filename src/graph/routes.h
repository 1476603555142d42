// Which methods a resource takes and which permission each needs. Derived from the model: a
// resource without a permission cannot be reached.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "auth/permission.h"
#include "graph/telemetry.h"
#include "odata/resource_path.h"

namespace muster::graph {

// The version of the API that a path begins with, as the service writes it: "beta" or "v1.0".
// `segment` compares without case; nullopt for any other.
[[nodiscard]] std::optional<std::string_view> served_version(std::string_view segment);

[[nodiscard]] Route route_of(odata::Resource::Kind kind);

// The methods that the resource takes, as in the Allow header.
[[nodiscard]] std::string_view methods_of(const odata::Resource& resource);
// Takes the first method off such a list.
[[nodiscard]] std::string_view next_method(std::string_view& methods);
[[nodiscard]] bool allows(std::string_view methods, std::string_view method);

// The permissions of which the caller needs one. Reading methods ask for less, an action may ask
// for others than the rest of its set.
[[nodiscard]] auth::PermissionSet required_permissions(const edm::EntitySet& set, bool reading,
                                                       const edm::Action* action = nullptr);
// The same for any resource; the singleton may be seen by whoever may read one of its sets.
[[nodiscard]] auth::PermissionSet required_permissions(const odata::Resource& resource,
                                                       bool reading,
                                                       std::span<const edm::EntitySet* const> sets);

}  // namespace muster::graph
