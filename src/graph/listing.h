// A page of an entity set by the options of a query: how many rows, from where on, and where the
// next page begins. For lists and for what is expanded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "graph/exchange.h"
#include "odata/query_options.h"
#include "store/store.h"

namespace muster::graph {

// What a store is to be asked; refers to `options`, which must outlive it. kInvalidQuery for a
// $skiptoken that is not of this list.
[[nodiscard]] base::Result<store::Query> page_query(const Exchange& exchange,
                                                    const edm::EntitySet& set,
                                                    const odata::QueryOptions& options,
                                                    std::string_view paging_key);

// The $skiptoken of the page that follows; nullopt after the last one.
[[nodiscard]] std::optional<std::string> next_token(const Exchange& exchange,
                                                    const edm::EntitySet& set,
                                                    const odata::QueryOptions& options,
                                                    std::string_view paging_key,
                                                    const store::Page& page);

// The same list from another place on: `url` is the collection's. Options are written in the
// model's spelling, whatever the client used; every character needs no further encoding.
[[nodiscard]] std::string next_link(const std::string& url, const odata::QueryOptions& options,
                                    const std::string& skip_token);

}  // namespace muster::graph
