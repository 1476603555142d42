// `$select` (OData 4.01 URL Conventions §5.1.4).
#pragma once

#include <string_view>

#include "base/result.h"
#include "odata/query_options.h"

namespace muster::odata {

// Sets select, select_text and members. Names compare without ASCII case: Graph's clients differ.
[[nodiscard]] base::Status read_select(const edm::EntityType& type, std::string_view text,
                                       QueryOptions& options);

}  // namespace muster::odata
