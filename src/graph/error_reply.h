// Errors as Graph's error body: the one place that renders them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/timestamp.h"
#include "http/message.h"

namespace muster::graph {

// What an error body says of the request besides the error.
struct RequestIds {
  std::string request_id;
  std::string client_request_id;  // what the client sent, or request_id
};

// `{"error":{"code","message","target"?,"details"?,"innerError":{"date","request-id",
// "client-request-id"}}}` (Graph's form; `date` has no zone). Status, Content-Type and Retry-After
// are set; the headers that every answer has are the caller's.
[[nodiscard]] http::Response error_reply(const base::Error& error, const RequestIds& ids,
                                         base::Timestamp now);

// 405 with the methods that the target takes.
[[nodiscard]] http::Response method_not_allowed_reply(std::string_view allow, const RequestIds& ids,
                                                      base::Timestamp now);

// The same for a refusal of the protocol layer, of which only the status is known.
[[nodiscard]] http::Response protocol_error_reply(int status, std::string_view reason,
                                                  const RequestIds& ids, base::Timestamp now);

}  // namespace muster::graph
