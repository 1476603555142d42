#include "graph/exchange.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "edm/read_guard.h"
#include "graph/routes.h"
#include "odata/literal.h"
#include "odata/path_operations.h"
#include "odata/query_items.h"

namespace muster::graph {
namespace {

// A client's correlation id is repeated in headers, bodies and the log: only short visible ASCII
// is.
std::string client_request_id(const http::Request& request) {
  const std::string_view sent = request.headers.get("client-request-id");
  const bool sound =
      !sent.empty() && sent.size() <= 128 &&
      std::all_of(sent.begin(), sent.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return std::string(sound ? sent : std::string_view(request.request_id));
}

bool has(const http::Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& header) { return header.first == name; });
}

}  // namespace

Exchange::Exchange(http::Request sent, http::Responder responder, Telemetry& telemetry,
                   const base::Clock& clock, std::shared_ptr<const ServiceSettings> settings)
    : request(std::move(sent)),
      responder_(std::move(responder)),
      telemetry_(telemetry),
      clock_(clock),
      settings_(std::move(settings)),
      ids_{request.request_id, client_request_id(request)},
      stage_began_(std::chrono::steady_clock::now()) {}

enrollment::Caller Exchange::caller() const {
  enrollment::ActorFacts facts;
  facts.type = principal->application ? "Application" : "ItPro";
  facts.user_id = principal->application ? std::string() : principal->object_id;
  facts.user_principal_name = principal->user_principal_name;
  facts.application_id = principal->application_id;
  facts.application_name = principal->application_name;
  facts.ip_address = request.remote;
  facts.permissions = principal->permission_names;
  return {.tenant = principal->tenant_id,
          .base_url = request.base_url,
          .request_id = request.request_id,
          .actor = enrollment::make_actor(std::move(facts)),
          .enlistment = part ? part->enlistment : nullptr,
          .repeatable = repeatable};
}

std::string Exchange::version_root() const {
  return request.base_url + "/" + std::string(version);
}

std::string Exchange::set_url(const edm::EntitySet& set) const {
  return version_root() + "/" + std::string(set.container) + "/" + std::string(set.name);
}

std::string Exchange::collection_url() const {
  std::string url = set_url();
  if (resource.kind == odata::Resource::Kind::kReferences) url += "/$ref";
  return url;
}

std::string Exchange::entity_url(const edm::EntitySet& set, std::string_view key) const {
  if (set.singleton) return set_url(set);
  const bool plain = !key.empty() && base::percent_encode(key) == key &&
                     !odata::is_qualified(key) && odata::find_function(set, key) == nullptr;
  if (plain) return set_url(set) + "/" + std::string(key);
  return set_url(set) + "(" + odata::quote_for_url(key) + ")";
}

void Exchange::take_resource(odata::Resource found) {
  resource = std::move(found);
  if (resource.address_options.empty()) return;
  query_ = odata::without_items(request.query(), resource.address_options);
}

edm::PropertyMask Exchange::hidden_of(const edm::EntitySet& set) const {
  const edm::PropertyMask guarded = edm::guarded_from_readers(*set.type);
  if (guarded == 0) return 0;
  const bool may_write = auth::grants(principal->permissions, required_permissions(set, false));
  return may_write ? 0 : guarded;
}

void Exchange::applied(std::string_view preference) {
  if (!applied_.empty()) applied_ += ", ";
  applied_ += preference;
}

void Exchange::end_stage(Stage stage) {
  const auto now = std::chrono::steady_clock::now();
  telemetry_.stage(stage, now - stage_began_);
  stage_began_ = now;
}

void Exchange::note_scan(const edm::EntitySet& set) {
  telemetry_.log().debug("list_without_index", {observe::field("request_id", request.request_id),
                                                observe::field("set", set.name)});
}

void Exchange::add_headers(http::Response& response) const {
  response.add("request-id", ids_.request_id);
  response.add("client-request-id", ids_.client_request_id);
  if (!has(response, "OData-Version")) response.add("OData-Version", std::string(format.version()));
  if (!has(response, "Cache-Control")) response.add("Cache-Control", "no-cache, no-store");
  response.add("Vary", "Accept-Encoding, Accept, Prefer, OData-MaxVersion");
  if (!applied_.empty() && response.status < 400) response.add("Preference-Applied", applied_);
  if (present.repeatability && changes_something()) {
    response.add("Repeatability-Result", repeatable ? "accepted" : "rejected");
  }
  const std::string_view origin = request.headers.get("Origin");
  if (origin.empty()) return;
  const bool allowed =
      std::any_of(settings_->cors_origins.begin(), settings_->cors_origins.end(),
                  [origin](const std::string& one) { return one == "*" || one == origin; });
  if (!allowed) return;
  response.add("Access-Control-Allow-Origin", std::string(origin));
  response.add("Vary", "Origin");
  response.add("Access-Control-Expose-Headers",
               "request-id, client-request-id, Retry-After, Location, Preference-Applied, ETag, "
               "OData-Version, OData-EntityId, Repeatability-Result");
}

bool Exchange::answer_method(std::string_view methods) {
  if (!allows(methods, request.method)) {
    answer(method_not_allowed_reply(methods, ids_, clock_.now()));
    return true;
  }
  if (request.method != "OPTIONS") return false;
  http::Response response{.status = 204};
  response.add("Allow", std::string(methods));
  answer(std::move(response));
  return true;
}

void Exchange::answer(http::Response response) {
  add_headers(response);
  const int status = response.status;
  const std::size_t octets = response.body.size();
  responder_(std::move(response));
  end_stage(Stage::kAnswer);
  telemetry_.answered({.route = route_,
                       .method = request.method,
                       .path = request.path(),
                       .request_id = request.request_id,
                       .remote = request.remote,
                       .tenant = principal ? std::string_view(principal->tenant_id) : "",
                       .application = principal ? std::string_view(principal->application_id) : "",
                       .batch = part ? std::string_view(part->batch_id) : "",
                       .status = status,
                       .octets = octets,
                       .took = stage_began_ - request.received});
}

void Exchange::refuse(const base::Error& error) {
  if (error.code == base::ErrorCode::kNotRepeatable) repeatable.reset();
  http::Response response = error_reply(error, ids_, clock_.now());
  if (error.code == base::ErrorCode::kNotAuthenticated) {
    // RFC 6750 §3: no error code when no token was sent.
    const bool sent = request.headers.count("Authorization") > 0;
    response.add("WWW-Authenticate", sent ? R"(Bearer realm="Muster", error="invalid_token")"
                                          : R"(Bearer realm="Muster")");
  }
  answer(std::move(response));
}

}  // namespace muster::graph
