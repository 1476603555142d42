// Batches as multipart/mixed (OData 4.01 Protocol §11.7.7; RFC 2046 §5.1; RFC 9112 §10.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/batch_request.h"

namespace muster::graph {

// The boundary that a Content-Type of `multipart/mixed` names: 1 to 70 characters of RFC 2046
// §5.1.1, quoted or not. nullopt for other types and for bad boundaries.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

// Parts are `application/http`, or change sets: `multipart/mixed` of such, one level deep, which
// become groups. Lines end in CRLF or LF; what stands before the first and after the last boundary
// is ignored; a boundary counts at the start of a line only. Everything else that is malformed is
// kBadRequest, and nothing runs. A change set that holds a GET is refused by its members.
[[nodiscard]] base::Result<BatchRequest> read_multipart_batch(std::string_view body,
                                                              std::string_view boundary);

// The structure of the request: an `application/http` part for each answer, those of a group in a
// nested multipart/mixed. With `merge_failed`, a group that failed is one part, the failure.
// Precondition: `boundary` occurs in no answer.
[[nodiscard]] std::string write_multipart_batch(const std::vector<BatchAnswer>& answers,
                                                std::string_view boundary, bool merge_failed);

}  // namespace muster::graph
