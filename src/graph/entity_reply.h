// Entities and lists as OData answers (OData JSON Format 4.01 §§10–13).
#pragma once

#include <optional>
#include <string>

#include "edm/record.h"
#include "graph/exchange.h"
#include "odata/query_options.h"
#include "store/store.h"

namespace muster::graph {

// 200 with one entity.
[[nodiscard]] http::Response entity_reply(const Exchange& exchange, const edm::Record& record,
                                          const odata::QueryOptions& options);
// 201 with the entity, its type, ETag and Location; 204 when `minimal`. Its ETag is in the body
// only with metadata=full, as that of every entity: live Graph has none in this part, and the
// contract's document shows the answer member by member.
[[nodiscard]] http::Response created_reply(const Exchange& exchange, const edm::Record& record,
                                           const odata::QueryOptions& options, bool minimal);
// 200 with a page of entities, or of references where the resource is `/$ref`; `skip_token` tells
// where the next one begins, nullopt ends the walk.
[[nodiscard]] http::Response page_reply(const Exchange& exchange, const store::Page& page,
                                        const odata::QueryOptions& options,
                                        const std::optional<std::string>& skip_token);

}  // namespace muster::graph
