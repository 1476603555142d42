// The OpenAPI 3.0 document of the service, made from the list of operations and the model.
#pragma once

#include <span>
#include <string>

#include "graph/operations.h"

namespace muster::graph {

// JSON. Addresses in it are relative to where it was fetched: `/{version}` for the API, `/` for the
// rest. HEAD and OPTIONS, which follow from the other methods, are said in words only, so that
// generated clients do not have each call twice. Without the token service in `list`, tokens are
// described as bearer tokens only.
[[nodiscard]] std::string openapi_document(std::span<const Operation> list);

}  // namespace muster::graph
