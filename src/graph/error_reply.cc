#include "graph/error_reply.h"

#include "edm/json_write.h"

namespace muster::graph {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out += ',';
  edm::append_json_string(out, name);
  out += ':';
  edm::append_json_string(out, value);
}

void append_inner_error(std::string& out, const RequestIds& ids, base::Timestamp now) {
  out += ",\"innerError\":{";
  append_member(out, "date", now.text().substr(0, 19));
  append_member(out, "request-id", ids.request_id);
  append_member(out, "client-request-id", ids.client_request_id);
  out += '}';
}

void append_details(std::string& out, const std::vector<base::ErrorDetail>& details) {
  if (details.empty()) return;
  out += ",\"details\":[";
  for (const base::ErrorDetail& detail : details) {
    if (!out.ends_with('[')) out += ',';
    out += '{';
    append_member(out, "code", detail.code);
    append_member(out, "message", detail.message);
    append_member(out, "target", detail.target);
    out += '}';
  }
  out += ']';
}

http::Response json_response(int status, std::string body) {
  http::Response response{.status = status, .body = std::move(body)};
  response.add("Content-Type", "application/json");
  response.add("Content-Language", "en");
  return response;
}

// Graph's code for a status that the protocol layer gives without an error of its own.
std::string_view code_of(int status) {
  switch (status) {
    case 408:
      return "RequestTimeout";
    case 413:
      return "RequestEntityTooLarge";
    case 414:
      return "UriTooLong";
    case 415:
      return "UnsupportedMediaType";
    case 417:
      return "ExpectationFailed";
    case 431:
      return "RequestHeaderFieldsTooLarge";
    case 500:
      return "InternalServerError";
    case 501:
      return "NotSupported";
    case 503:
      return "ServiceUnavailable";
    case 505:
      return "HttpVersionNotSupported";
    default:
      return "BadRequest";
  }
}

}  // namespace

http::Response error_reply(const base::Error& error, const RequestIds& ids, base::Timestamp now) {
  const base::ErrorRow& row = base::row(error.code);
  std::string body = "{\"error\":{";
  append_member(body, "code", row.code);
  append_member(body, "message", error.message);
  if (!error.target.empty()) append_member(body, "target", error.target);
  append_details(body, error.details);
  append_inner_error(body, ids, now);
  body += "}}";
  http::Response response = json_response(row.status, std::move(body));
  if (error.retry_after) {
    response.add("Retry-After", std::to_string(error.retry_after->count()));
  }
  return response;
}

http::Response method_not_allowed_reply(std::string_view allow, const RequestIds& ids,
                                        base::Timestamp now) {
  http::Response response =
      error_reply(base::fail(base::ErrorCode::kMethodNotAllowed,
                             "Specified HTTP method is not allowed for the request target."),
                  ids, now);
  response.add("Allow", std::string(allow));
  return response;
}

http::Response protocol_error_reply(int status, std::string_view reason, const RequestIds& ids,
                                    base::Timestamp now) {
  std::string body = "{\"error\":{";
  append_member(body, "code", code_of(status));
  append_member(body, "message", reason);
  append_inner_error(body, ids, now);
  body += "}}";
  http::Response response = json_response(status, std::move(body));
  if (status == 503) response.add("Retry-After", "1");
  return response;
}

}  // namespace muster::graph
