#include "est/exchange.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "est/body.h"
#include "est/credentials.h"
#include "observe/escape.h"

namespace muster::est {
namespace {

bool has(const http::Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& header) { return header.first == name; });
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out += ',';
  out += '"';
  out += name;
  out += "\":\"";
  observe::append_escaped(out, value);
  out += '"';
}

// Graph's error body, whose form graph/error_reply.h knows for everything that Graph serves.
std::string error_json(std::string_view code, std::string_view message, const std::string& id,
                       base::Timestamp now) {
  std::string body = "{\"error\":{";
  append_member(body, "code", code);
  append_member(body, "message", message);
  body += ",\"innerError\":{";
  append_member(body, "date", now.text().substr(0, 19));
  append_member(body, "request-id", id);
  append_member(body, "client-request-id", id);
  return body + "}}}";
}

// How long to wait when nobody said.
std::optional<std::chrono::seconds> wait_of(const base::Error& error) {
  if (error.retry_after || (error.status() != 503 && error.status() != 429)) {
    return error.retry_after;
  }
  return std::chrono::seconds(1);
}

}  // namespace

Exchange::Exchange(http::Request sent, http::Responder responder, Telemetry& telemetry,
                   const base::Clock& clock, unsigned line_length)
    : request(std::move(sent)),
      route(find_route(request.path())),
      responder_(std::move(responder)),
      telemetry_(telemetry),
      clock_(clock),
      line_length_(line_length) {}

std::string_view Exchange::client_certificate() const {
  return request.tls_peer ? std::string_view(request.tls_peer->certificate) : std::string_view();
}

std::string_view Exchange::channel_binding() const {
  return request.tls_peer ? std::string_view(request.tls_peer->channel_binding)
                          : std::string_view();
}

void Exchange::answer(http::Response response) {
  response.add("request-id", request.request_id);
  if (!has(response, "Cache-Control")) response.add("Cache-Control", "no-store");
  telemetry_.answered(route.operation, request, response, place.tenant,
                      std::chrono::steady_clock::now() - request.received);
  responder_(std::move(response));
}

void Exchange::answer_encoded(std::string_view octets, std::string media_type) {
  http::Response response{.body = write_body(octets, line_length_)};
  response.add("Content-Type", std::move(media_type));
  // Superfluous (RFC 8951 §3), but there are clients that decode nothing without it.
  response.add("Content-Transfer-Encoding", "base64");
  answer(std::move(response));
}

void Exchange::answer_document(std::string octets, std::string media_type,
                               std::string cache_control) {
  const std::string tag = '"' + base::hex(base::sha256(octets).substr(0, 16)) + '"';
  const bool known = request.headers.get("If-None-Match").find(tag) != std::string_view::npos;
  http::Response response{.status = known ? 304 : 200};
  response.add("Cache-Control", std::move(cache_control));
  response.add("ETag", tag);
  if (!known) {
    response.add("Content-Type", std::move(media_type));
    response.body = std::move(octets);
  }
  answer(std::move(response));
}

http::Response Exchange::error_body(const base::Error& error) const {
  http::Response response{.status = error.status()};
  // What failed inside is for the log; the request-id finds it there.
  const bool inside = error.status() == 500;
  const base::ErrorRow& row = base::row(error.code);
  const std::string message = inside ? std::string(row.sentence) : error.message;
  if (route.device) {
    response.add("Content-Type", "application/json");
    response.body = error_json(row.code, message, request.request_id, clock_.now());
  } else {
    response.add("Content-Type", "text/plain; charset=utf-8");
    response.body = message;
  }
  return response;
}

void Exchange::refuse(const base::Error& error) {
  if (error.status() >= 500 && error.status() != 501) telemetry_.failed(request, error.message);
  http::Response response;
  if (error.status() == 401) {
    response.status = 401;  // with a body, some clients never answer the challenge
    add_challenge(response);
  } else {
    response = error_body(error);
  }
  if (const auto wait = wait_of(error)) {
    response.add("Retry-After", std::to_string(wait->count()));
  }
  if (error.code == base::ErrorCode::kMethodNotAllowed) {
    response.add("Allow", std::string(methods_of(route)));
  }
  answer(std::move(response));
}

}  // namespace muster::est
