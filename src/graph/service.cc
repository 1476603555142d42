#include "graph/service.h"

#include <optional>
#include <thread>
#include <utility>

#include "base/encoding.h"
#include "graph/addressing.h"
#include "graph/batch.h"
#include "graph/repeatability.h"
#include "graph/routes.h"

namespace muster::graph {
namespace {

using base::ErrorCode;
using Kind = odata::Resource::Kind;

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

// A CORS preflight comes without credentials and is answered before authentication (Fetch §3.2.2).
http::Response preflight_reply() {
  http::Response response{.status = 204};
  response.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  response.add("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  response.add("Access-Control-Allow-Headers",
               "Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Match, "
               "client-request-id, SdkVersion, ConsistencyLevel, OData-Version, OData-MaxVersion, "
               "OData-Isolation, Isolation, Repeatability-Request-ID, Repeatability-First-Sent, "
               "Repeatability-Client-ID");
  response.add("Access-Control-Max-Age", "86400");
  return response;
}

constexpr std::string_view kLivePath = "/healthz";
constexpr std::string_view kReadyPath = "/readyz";
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
      container_verbs_(parts.store, parts.entities, parts.sets, paging_key),
      verbs_(parts.store, parts.entities, std::move(paging_key)),
      resource_verbs_(parts.entities),
      throttle_(parts.clock),
      description_(parts.sets, parts.token_endpoint != nullptr) {}

void Service::use(ServiceSettings settings) {
  settings_.store(std::make_shared<const ServiceSettings>(std::move(settings)));
}

bool Service::is_health(std::string_view path) {
  return path == kLivePath || path == kReadyPath;
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
  if (is_health(path)) return answer_health(exchange, path == kReadyPath);
  if (description_.answer_root(*exchange, path)) return;
  const Head head = split_head(path);
  if (const auto version = served_version(head.segment)) {
    exchange->version = *version;
    const bool preflight = exchange->request.method == "OPTIONS" &&
                           exchange->request.headers.count("Access-Control-Request-Method") > 0;
    if (preflight) return exchange->answer(preflight_reply());
    if (description_.answer(*exchange, head.rest)) return;
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
  parts_.verifier.verify(
      authorization, [this, exchange, here = std::this_thread::get_id()](auth::Verdict verdict) {
        if (std::this_thread::get_id() == here) return authorised(exchange, std::move(verdict));
        // The thread that fetches keys is not to be held up by what follows.
        exchange->poster()([this, exchange, verdict = std::move(verdict)]() mutable {
          authorised(exchange, std::move(verdict));
        });
      });
}

void Service::authorised(const ExchangePtr& exchange, auth::Verdict verdict) {
  exchange->end_stage(Stage::kAuthorise);
  if (!verdict) return exchange->refuse(verdict.error());
  exchange->principal = *std::move(verdict);
  serve(exchange);
}

bool Service::is_throttled(const ExchangePtr& exchange) {
  const auto wait =
      throttle_.take(exchange->settings().throttle, exchange->principal->tenant_id,
                     exchange->principal->application_id, exchange->changes_something());
  if (!wait) return false;
  base::Error error = base::fail(ErrorCode::kTooManyRequests, "Please retry again later.");
  error.retry_after = *wait;
  exchange->refuse(error);
  return true;
}

void Service::serve(const ExchangePtr& exchange) {
  const Head head = split_head(exchange->request.path());
  exchange->present = find_headers(exchange->request.headers);
  // Its parts come back here one by one, and are counted then.
  if (is_batch_path(head.rest)) return answer_batch_request(exchange);
  if (is_throttled(exchange)) return;
  const base::Status located = locate(*exchange, head.rest, parts_.sets);
  if (!located) return exchange->refuse(located.error());
  const odata::Resource& resource = exchange->resource;
  exchange->set_route(route_of(resource.kind));
  if (exchange->answer_method(methods_of(resource))) return;
  const auth::PermissionSet required =
      required_permissions(resource, exchange->is_read(), parts_.sets);
  if (!auth::grants(exchange->principal->permissions, required)) {
    return exchange->refuse(base::fail(
        ErrorCode::kForbidden, "The token lacks the permission that this request needs: one of " +
                                   auth::names_of(required) + "."));
  }
  if (const base::Status status = settle_format_option(*exchange); !status) {
    return exchange->refuse(status.error());
  }
  if (exchange->present.isolation) {
    // Protocol §8.2.4: what cannot be isolated as asked for must not be answered.
    return exchange->refuse(base::fail(ErrorCode::kPreconditionFailed,
                                       "The header 'Isolation' asks for what is not supported.",
                                       "Isolation"));
  }
  const base::Status status = settle_repeatability(*exchange, parts_.clock.now());
  if (!status) return exchange->refuse(status.error());
  dispatch(exchange);
}

void Service::answer_batch_request(const ExchangePtr& exchange) {
  exchange->set_route(Route::kBatch);
  if (exchange->answer_method("POST, OPTIONS")) return;
  if (exchange->present.repeatability) return exchange->refuse(repeatability_not_built(*exchange));
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
      return method == "POST" ? verbs_.create_by_reference(exchange)
                              : verbs_.list_references(exchange);
    case Kind::kCount:
      return verbs_.count(exchange);
    case Kind::kAction:
      return verbs_.act(exchange);
    case Kind::kRendition:
      return verbs_.draw(exchange);
    case Kind::kEntity:
      break;
    default:
      return dispatch_part(exchange);
  }
  if (method == "PATCH") return verbs_.patch(exchange);
  if (method == "DELETE") return verbs_.remove(exchange);
  verbs_.get(exchange);
}

// What is smaller or larger than an entity.
void Service::dispatch_part(const ExchangePtr& exchange) {
  switch (exchange->resource.kind) {
    case Kind::kContainer:
      return container_verbs_.get(exchange);
    case Kind::kReference:
      return resource_verbs_.get_reference(exchange);
    case Kind::kRawValue:
      return resource_verbs_.get_raw_value(exchange);
    case Kind::kPropertyCount:
      return resource_verbs_.count_items(exchange);
    case Kind::kFunction:
      return resource_verbs_.call_function(exchange);
    default:
      break;
  }
  if (exchange->is_read()) return resource_verbs_.get_property(exchange);
  resource_verbs_.change_property(exchange);
}

void Service::answer_health(const ExchangePtr& exchange, bool ready) {
  exchange->set_route(Route::kHealth);
  if (exchange->answer_method("GET, HEAD")) return;
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
  if (exchange->answer_method(is_token ? "POST" : "GET, HEAD")) return;
  exchange->present = find_headers(request.headers);
  if (is_token && exchange->present.repeatability) {
    return exchange->refuse(repeatability_not_built(*exchange));
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
