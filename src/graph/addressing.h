// From a request to the resource that it is about, before anybody asks whether the caller may have
// it.
#pragma once

#include <span>

#include "base/result.h"
#include "graph/exchange.h"

namespace muster::graph {

// Precondition: Exchange::present is known. Reads the headers that decide about the whole request
// (OData-MaxVersion, OData-Version of a body) and then the path; `$entity?$id=…` is followed to the
// entity, which has to be one of this service under the same version. The singleton's key is the
// tenant's. Errors: those of odata::resolve; kBadRequest for a version that is not served.
[[nodiscard]] base::Status locate(Exchange& exchange, std::string_view path,
                                  std::span<const edm::EntitySet* const> sets);

// Lets `$format` decide about the form of the answer, if the query has it, and takes it out of the
// exchange's query. kNotAcceptable, kInvalidQuery; the latter also for counts, which are text and
// nothing else (URL Conventions §5.1.4).
[[nodiscard]] base::Status settle_format_option(Exchange& exchange);

}  // namespace muster::graph
