// Header fields of the requests of a batch and of their answers.
#pragma once

#include <optional>
#include <string_view>

#include "http/message.h"

namespace muster::graph {

// Adds to the fields of a request those of the batch that hold for it, too, where it says nothing
// itself (OData 4.01 Protocol §11.7.1).
void inherit_headers(const http::Headers& outer, http::Headers& headers);

// The id in an `If-Match` or `If-None-Match` of `"$id"` or `$id`: the version tag of what another
// request of the batch gave (§11.7.3.2). A view into `field`.
[[nodiscard]] std::optional<std::string_view> tag_reference(http::Field field);

// The first field of that name; empty if there is none.
[[nodiscard]] std::string_view header_of(const http::Response& response, std::string_view name);

}  // namespace muster::graph
