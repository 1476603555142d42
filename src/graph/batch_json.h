// Batches in JSON (OData JSON Format 4.01 §19; Graph's JSON batching).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/batch_request.h"

namespace muster::graph {

// What does not have the shape of a batch is refused as a whole, kMalformedJson or kBadRequest:
// unknown or missing members, members of a wrong type, ids that are no names, too many requests.
// What one request holds (bodies, header fields, methods) is a refusal of that request.
[[nodiscard]] base::Result<BatchRequest> read_json_batch(std::string_view body);

// `{"responses":[{"id","atomicityGroup"?,"status","headers","body"?}]}` in the order given. JSON
// bodies are embedded, text is a string, other octets are base64. Answers without an id get their
// position for one. Names of header fields are written as Graph writes them, not in lower case: its
// libraries look for `Content-Type`.
[[nodiscard]] std::string write_json_batch(const std::vector<BatchAnswer>& answers);

}  // namespace muster::graph
