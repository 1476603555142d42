// `$skiptoken`: where a list goes on. Opaque to clients, signed, bound to tenant, set and what is
// listed; it holds the last key and the values that the list is sorted by, never a row number, so
// that a walk is not upset by deletions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/model.h"
#include "odata/expression.h"

namespace muster::odata {

// base64url; safe in a URL as it is. `signing_key` must be the same on every node. `scope` is
// QueryOptions::scope.
[[nodiscard]] std::string make_skip_token(std::string_view signing_key, std::string_view tenant,
                                          const edm::EntitySet& set, const Position& last,
                                          std::string_view scope = {});

// The position that make_skip_token got. kInvalidQuery when the token was not made here for this
// tenant, set and scope.
[[nodiscard]] base::Result<Position> read_skip_token(std::string_view signing_key,
                                                     std::string_view tenant,
                                                     const edm::EntitySet& set,
                                                     std::string_view token,
                                                     std::string_view scope = {});

}  // namespace muster::odata
