#include "graph/service.h"

#include <array>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "graph/batch.h"
#include "graph/routes.h"

namespace muster::graph {
namespace {

using base::ErrorCode;
using Kind = odata::Resource::Kind;

constexpr std::array<std::string_view, 2> kVersions = {"beta", "v1.0"};

// The first segment of a path and what follows it, from the slash on.
struct Head {
  std::string_view segment;
  std::string_view rest;
};
Head split_head(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash)};
}

std::optional<std::string_view> version_of(std::string_view segment) {
  for (const std::string_view version : kVersions) {
    if (base::equal_ignoring_case(version, segment)) return version;
  }
  return std::nullopt;
}

http::Response method_not_allowed(const Exchange& exchange, std::string_view allow,
                                  base::Timestamp now) {
  http::Response response =
      error_reply(base::fail(ErrorCode::kMethodNotAllowed,
                             "Specified HTTP method is not allowed for the request target."),
                  exchange.ids(), now);
  response.add("Allow", std::string(allow));
  return response;
}

// A CORS preflight comes without credentials and is answered before authentication (Fetch §3.2.2).
http::Response preflight_reply() {
  http::Response response{.status = 204};
  response.add("Allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
  response.add("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE");
  response.add("Access-Control-Allow-Headers",
               "Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Match, "
               "client-request-id, SdkVersion, ConsistencyLevel, OData-Version, OData-MaxVersion");
  response.add("Access-Control-Max-Age", "86400");
  return response;
}

constexpr std::string_view kTokenPath = "/oauth2/v2.0/token";
constexpr std::string_view kKeysPath = "/discovery/v2.0/keys";
constexpr std::string_view kDiscoveryPath = "/.well-known/openid-configuration";
constexpr std::string_view kDiscoveryPathV2 = "/v2.0/.well-known/openid-configuration";

bool is_token_service(std::string_view rest) {
  return rest == kTokenPath || rest == kKeysPath || rest == kDiscoveryPath ||
         rest == kDiscoveryPathV2;
}

}  // namespace

Service::Service(ServiceParts parts, std::string paging_key, ServiceSettings settings)
    : parts_(parts),
      settings_(std::make_shared<const ServiceSettings>(std::move(settings))),
      verbs_(parts.store, parts.entities, std::move(paging_key)) {}

void Service::use(ServiceSettings settings) {
  settings_.store(std::make_shared<const ServiceSettings>(std::move(settings)));
}

void Service::handle(http::Request&& request, http::Responder responder) {
  route(std::make_shared<Exchange>(std::move(request), std::move(responder), parts_.telemetry,
                                   parts_.clock, settings_.load()));
}

http::Response Service::refuse(int status, std::string_view reason,
                               const http::ErrorContext& context) const {
  http::Response response = protocol_error_reply(
      status, reason, {context.request_id, context.request_id}, parts_.clock.now());
  response.add("request-id", context.request_id);
  response.add("client-request-id", context.request_id);
  response.add("OData-Version", "4.0");
  response.add("Cache-Control", "no-cache, no-store");
  parts_.telemetry.answered(
      {.route = Route::kOther,
       .method = context.method,
       .path = std::string_view(context.target).substr(0, context.target.find('?')),
       .request_id = context.request_id,
       .remote = context.remote,
       .tenant = {},
       .application = {},
       .status = status,
       .octets = response.body.size(),
       .took = {}});
  return response;
}

void Service::route(const ExchangePtr& exchange) {
  const std::string_view path = exchange->request.path();
  if (path == "/healthz") return answer_health(exchange, false);
  if (path == "/readyz") return answer_health(exchange, true);
  const Head head = split_head(path);
  if (const auto version = version_of(head.segment)) {
    exchange->version = *version;
    const bool preflight = exchange->request.method == "OPTIONS" &&
                           exchange->request.headers.count("Access-Control-Request-Method") > 0;
    if (preflight) return exchange->answer(preflight_reply());
    return authorise(exchange);
  }
  if (parts_.token_endpoint != nullptr && is_token_service(head.rest)) {
    return answer_token_service(exchange, head.segment, head.rest);
  }
  exchange->refuse(base::fail(
      ErrorCode::kVersionNotFound,
      "Invalid version: " + std::string(head.segment.substr(0, 64)) + ". Use /v1.0 or /beta."));
}

void Service::authorise(const ExchangePtr& exchange) {
  if (exchange->request.headers.count("Authorization") > 1) {
    return exchange->refuse(base::fail(ErrorCode::kNotAuthenticated,
                                       "The request has more than one Authorization header."));
  }
  const std::string_view authorization = exchange->request.headers.get("Authorization");
  parts_.verifier.verify(authorization, [this, exchange](auth::Verdict verdict) {
    exchange->end_stage(Stage::kAuthorise);
    if (!verdict) return exchange->refuse(verdict.error());
    exchange->principal = *std::move(verdict);
    serve(exchange);
  });
}

void Service::serve(const ExchangePtr& exchange) {
  const Head head = split_head(exchange->request.path());
  if (is_batch_path(head.rest)) return answer_batch_request(exchange);
  base::Result<odata::Resource> resource = odata::resolve(head.rest);
  if (!resource) return exchange->refuse(resource.error());
  exchange->resource = *std::move(resource);
  const KindRow& row = row_of(exchange->resource.kind);
  exchange->set_route(row.route);
  if (!allows(row, exchange->request.method)) {
    return exchange->answer(method_not_allowed(*exchange, row.allow, parts_.clock.now()));
  }
  if (exchange->request.method == "OPTIONS") {
    http::Response response{.status = 204};
    response.add("Allow", std::string(row.allow));
    return exchange->answer(std::move(response));
  }
  const auth::PermissionSet required =
      required_permissions(*exchange->resource.set, exchange->is_read());
  if (!auth::grants(exchange->principal->permissions, required)) {
    return exchange->refuse(base::fail(
        ErrorCode::kForbidden, "The token lacks the permission that this request needs: one of " +
                                   auth::names_of(required) + "."));
  }
  dispatch(exchange);
}

void Service::answer_batch_request(const ExchangePtr& exchange) {
  if (exchange->request.method != "POST") {
    exchange->set_route(Route::kBatch);
    return exchange->answer(method_not_allowed(*exchange, "POST", parts_.clock.now()));
  }
  answer_batch(exchange, parts_.store, parts_.clock,
               [this](http::Request&& request, http::Responder responder,
                      std::shared_ptr<const BatchPart> part, std::optional<base::Error> refusal) {
                 const auto inner =
                     std::make_shared<Exchange>(std::move(request), std::move(responder),
                                                parts_.telemetry, parts_.clock, settings_.load());
                 inner->part = std::move(part);
                 if (refusal) return inner->refuse(*refusal);
                 route(inner);
               });
}

void Service::dispatch(const ExchangePtr& exchange) {
  const std::string& method = exchange->request.method;
  switch (exchange->resource.kind) {
    case Kind::kEntitySet:
      return method == "POST" ? verbs_.create(exchange) : verbs_.list(exchange);
    case Kind::kReferences:
      return verbs_.create_by_reference(exchange);
    case Kind::kCount:
      return verbs_.count(exchange);
    case Kind::kAction:
      return verbs_.act(exchange);
    case Kind::kRendition:
      return verbs_.draw(exchange);
    case Kind::kEntity:
      break;
  }
  if (method == "PATCH") return verbs_.patch(exchange);
  if (method == "DELETE") return verbs_.remove(exchange);
  verbs_.get(exchange);
}

void Service::answer_health(const ExchangePtr& exchange, bool ready) {
  exchange->set_route(Route::kHealth);
  if (!exchange->is_read()) {
    return exchange->answer(method_not_allowed(*exchange, "GET, HEAD", parts_.clock.now()));
  }
  observe::HealthReport report = ready ? parts_.health.ready() : parts_.health.live();
  http::Response response{.status = report.ok ? 200 : 503, .body = std::move(report.json)};
  response.add("Content-Type", "application/json");
  exchange->answer(std::move(response));
}

void Service::answer_token_service(const ExchangePtr& exchange, std::string_view tenant,
                                   std::string_view rest) {
  const http::Request& request = exchange->request;
  const bool is_token = rest == kTokenPath;
  exchange->set_route(is_token            ? Route::kToken
                      : rest == kKeysPath ? Route::kKeys
                                          : Route::kDiscovery);
  const bool allowed = is_token ? request.method == "POST" : exchange->is_read();
  if (!allowed) {
    return exchange->answer(
        method_not_allowed(*exchange, is_token ? "POST" : "GET, HEAD", parts_.clock.now()));
  }
  const std::string decoded = base::percent_decode(tenant, false).value_or("");
  const auth::TokenRequest asked{.tenant = decoded,
                                 .body = request.body,
                                 .authorization = request.headers.get("Authorization"),
                                 .base_url = request.base_url,
                                 .source = request.remote,
                                 .trace_id = exchange->ids().request_id,
                                 .correlation_id = exchange->ids().client_request_id};
  auth::TokenReply reply = is_token            ? parts_.token_endpoint->token(asked)
                           : rest == kKeysPath ? parts_.token_endpoint->keys(asked)
                                               : parts_.token_endpoint->discovery(asked);
  if (reply.error_code != 0) {
    parts_.telemetry.log().warning(
        "token_refused", {observe::field("code", reply.error_code),
                          observe::field("client", std::string_view(reply.client_id)),
                          observe::field("remote", std::string_view(request.remote)),
                          observe::field("request_id", std::string_view(request.request_id))});
  }
  http::Response response{
      .status = reply.status, .headers = std::move(reply.headers), .body = std::move(reply.body)};
  response.add("Content-Type", "application/json; charset=utf-8");
  exchange->answer(std::move(response));
}

}  // namespace muster::graph
