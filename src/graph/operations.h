// Every request that is served, as a list: the one place that enumerates them. The routes are found
// by the model (odata/resource_path.h); this list is made from the same rows and from routes.h, and
// feeds OpenAPI, the capabilities in $metadata and the tests, which prove that no route is served
// that it does not name, and none named that is not served.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/permission.h"
#include "edm/csdl.h"
#include "edm/model.h"
#include "graph/telemetry.h"
#include "odata/resource_path.h"

namespace muster::graph {

struct Operation {
  std::string_view method = {};
  // With `{…}` where a request has a value: /deviceManagement/set/{id}/createToken.
  std::string path = {};
  bool versioned = true;  // below /beta and /v1.0, or at the root
  Route route = Route::kOther;
  // What the model knows of it; null or nullopt elsewhere.
  std::optional<odata::Resource::Kind> kind = {};
  const edm::EntitySet* set = nullptr;
  const edm::Property* property = nullptr;  // of the entity type; members of members are not listed
  const edm::Action* action = nullptr;
  const edm::Function* function = nullptr;
  const edm::Rendition* rendition = nullptr;
  bool needs_token = false;
  auth::PermissionSet permissions = {};  // the caller needs one of these; none asks for any token
  std::string_view sentence = {};        // of the row that it comes from
};

// HEAD, which does what GET does without the body, and OPTIONS, which tells the methods, are in the
// list like every method. `own_issuer`: whether the token service is served.
[[nodiscard]] std::vector<Operation> operations(std::span<const edm::EntitySet* const> sets,
                                                bool own_issuer);

// The sets with what clients may do with them.
[[nodiscard]] std::vector<edm::DescribedSet> described_sets(
    std::span<const edm::EntitySet* const> sets);

}  // namespace muster::graph
