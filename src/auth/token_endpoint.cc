#include "auth/token_endpoint.h"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "auth/audience.h"
#include "auth/client_authentication.h"
#include "auth/client_secret.h"
#include "base/encoding.h"

namespace muster::auth {
namespace {

namespace json = boost::json;

constexpr std::string_view kGrant = "client_credentials";
constexpr std::string_view kDefaultScope = "/.default";
// Only the parameters that are understood must not be repeated (RFC 6749 §3.2).
constexpr std::string_view kUnderstood[] = {"grant_type", "client_id", "client_secret", "scope",
                                            "resource"};

// A value of the client as it may stand in a message: short, printable, no quotes to break out of.
std::string shown(std::string_view value) {
  constexpr std::size_t kLongest = 120;
  std::string out;
  for (const char c : value.substr(0, kLongest)) {
    out += c >= ' ' && c <= '~' && c != '\'' && c != '\\' ? c : '?';
  }
  return out;
}

// "2016-12-31 23:56:54Z", Entra's form.
std::string entra_time(base::Timestamp now) {
  std::string text = base::Timestamp::from_unix_seconds(now.unix_seconds()).text();
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::vector<std::pair<std::string, std::string>> not_to_be_stored() {
  return {{"Cache-Control", "no-store"}, {"Pragma", "no-cache"}};
}

TokenReply document_reply(std::string body) {
  TokenReply reply;
  reply.body = std::move(body);
  // The same URL answers differently by Host, and keys rotate.
  reply.headers = {{"Cache-Control", "private, max-age=60"}};
  return reply;
}

}  // namespace

// A refusal in the words of Entra; `code` is the number after AADSTS.
struct TokenEndpoint::Refusal {
  int status = 400;
  std::string_view error;
  int code = 0;
  std::string description;
  std::string client_id = {};
  bool challenge = false;  // WWW-Authenticate: Basic (RFC 6749 §5.2)
  std::chrono::seconds retry_after{0};
};

namespace {

// The uniform answer to everything that is wrong about a client and its secret.
std::string wrong_secret_text(std::string_view client_id) {
  return "Invalid client secret provided. Ensure the secret being sent in the request is the "
         "client "
         "secret value, not the client secret ID, for a secret added to app '" +
         shown(client_id) + "'.";
}

}  // namespace

TokenEndpoint::TokenEndpoint(AuthSettings settings, std::shared_ptr<Issuer> issuer,
                             std::shared_ptr<ApplicationDirectory> directory,
                             const base::Clock& clock)
    : settings_(std::move(settings)),
      issuer_(std::move(issuer)),
      directory_(std::move(directory)),
      clock_(clock),
      limiter_(settings_.failures_allowed, settings_.failure_window, clock) {}

TokenReply TokenEndpoint::token(const TokenRequest& request) {
  const std::string tenant = base::ascii_lower(request.tenant);
  if (const auto refusal = check_tenant(tenant)) return reply_to(request, *refusal);
  const auto form = Form::parse(request.body);
  if (!form) {
    return reply_to(request, {.error = "invalid_request",
                              .code = 900144,
                              .description = "The request body is not a well-formed form."});
  }
  for (const std::string_view name : kUnderstood) {
    if (!form->is_repeated(std::string(name))) continue;
    return reply_to(request, {.error = "invalid_request",
                              .code = 9000410,
                              .description = "The parameter '" + std::string(name) +
                                             "' is given more than once."});
  }
  const std::string_view type = form->get("grant_type");
  if (type.empty()) {
    return reply_to(request, {.error = "invalid_request",
                              .code = 900144,
                              .description = "The request body must contain the following "
                                             "parameter: 'grant_type'."});
  }
  if (type != kGrant) {
    return reply_to(request, {.error = "unsupported_grant_type",
                              .code = 70003,
                              .description = "The app requested an unsupported grant type '" +
                                             shown(type) + "'."});
  }
  auto application = authenticate(request, tenant, *form);
  if (const auto* refusal = std::get_if<Refusal>(&application)) return reply_to(request, *refusal);
  auto audience = audience_of(request, *form);
  if (const auto* refusal = std::get_if<Refusal>(&audience)) return reply_to(request, *refusal);
  return grant(request, std::get<Application>(application), std::get<std::string>(audience));
}

std::optional<TokenEndpoint::Refusal> TokenEndpoint::check_tenant(const std::string& tenant) {
  if (is_guid(tenant)) {
    const auto exists = directory_->tenant_exists(tenant);
    if (!exists) {
      return Refusal{.status = 503,
                     .error = "temporarily_unavailable",
                     .code = 90033,
                     .description = "A transient error has occurred. Please try again.",
                     .retry_after = std::chrono::seconds(1)};
    }
    if (*exists) return std::nullopt;
  }
  return Refusal{.error = "invalid_tenant",
                 .code = 90002,
                 .description = "Tenant '" + shown(tenant) +
                                "' not found. Check to make sure you have the correct tenant ID."};
}

TokenEndpoint::Step<Application> TokenEndpoint::authenticate(const TokenRequest& request,
                                                             const std::string& tenant,
                                                             const Form& form) {
  const PresentedClient client = read_client(request.authorization, form);
  if (client.contradictory) {
    return Refusal{.error = "invalid_request",
                   .code = 7000212,
                   .description = "More than one client authentication was presented."};
  }
  if (client.client_id.empty() && !client.by_header) {
    return Refusal{
        .error = "invalid_request",
        .code = 900144,
        .description = "The request body must contain the following parameter: 'client_id'."};
  }
  if (client.readings.empty()) {
    return Refusal{.status = 401,
                   .error = "invalid_client",
                   .code = 7000216,
                   .description =
                       "'client_secret' is required for the 'client_credentials' grant "
                       "type; client assertions are not supported.",
                   .client_id = client.client_id,
                   .challenge = client.by_header};
  }
  const std::string limited = tenant + ' ' + client.client_id;
  if (const auto wait = limiter_.wait(request.source, limited)) {
    return Refusal{.status = 429,
                   .error = "temporarily_unavailable",
                   .code = 50196,
                   .description = "Too many failed requests of this client. Please retry later.",
                   .client_id = client.client_id,
                   .retry_after = *wait};
  }
  for (const auto& reading : client.readings) {
    auto found = directory_->find(tenant, reading.client_id);
    if (!found) {
      return Refusal{.status = 503,
                     .error = "temporarily_unavailable",
                     .code = 90033,
                     .description = "A transient error has occurred. Please try again.",
                     .client_id = client.client_id,
                     .retry_after = std::chrono::seconds(1)};
    }
    // An unknown client costs the same digest as a known one.
    static const std::string kNobody = hash_client_secret("");
    const bool right =
        client_secret_matches(reading.secret.reveal(), *found ? (*found)->secret_hash : kNobody);
    if (!right || !*found) continue;
    if ((*found)->enabled) return **std::move(found);
    return Refusal{.error = "unauthorized_client",
                   .code = 7000112,
                   .description = "Application '" + shown(reading.client_id) + "' is disabled.",
                   .client_id = reading.client_id};
  }
  limiter_.failed(request.source, limited);
  return Refusal{.status = 401,
                 .error = "invalid_client",
                 .code = 7000215,
                 .description = wrong_secret_text(client.client_id),
                 .client_id = client.client_id,
                 .challenge = client.by_header};
}

TokenEndpoint::Step<std::string> TokenEndpoint::audience_of(const TokenRequest& request,
                                                            const Form& form) const {
  std::string_view resource = form.get("resource");  // Entra's v1 form
  const std::string_view scope = form.get("scope");
  if (!scope.empty()) {
    resource = scope;
    while (resource.starts_with(' ')) resource.remove_prefix(1);
    while (resource.ends_with(' ')) resource.remove_suffix(1);
    if (resource.ends_with('/')) resource.remove_suffix(1);
    if (!resource.ends_with(kDefaultScope)) {
      return Refusal{.error = "invalid_scope",
                     .code = 1002012,
                     .description = "The provided value for scope '" + shown(scope) +
                                    "' is not valid. Client credential flows must have a scope "
                                    "value with /.default suffixed to the resource identifier "
                                    "(application ID URI)."};
    }
    resource.remove_suffix(kDefaultScope.size());
  }
  if (resource.empty()) return std::string(request.base_url);
  const bool ours = same_resource(resource, request.base_url) || is_graph_alias(resource) ||
                    is_among(resource, settings_.audiences);
  if (!ours) {
    return Refusal{.error = "invalid_scope",
                   .code = 70011,
                   .description =
                       "The provided value for the input parameter 'scope' is not valid."
                       " The resource '" +
                       shown(resource) + "' is not known here."};
  }
  if (same_resource(resource, request.base_url)) return std::string(request.base_url);
  if (resource.ends_with('/')) resource.remove_suffix(1);
  return std::string(resource);
}

TokenReply TokenEndpoint::grant(const TokenRequest& request, const Application& application,
                                const std::string& audience) {
  MintRequest mint;
  mint.tenant_id = application.tenant;
  mint.base_url = request.base_url;
  mint.audience = audience;
  mint.application_id = application.client_id;
  mint.application_name = application.name;
  mint.object_id = application.object_id;
  mint.permissions = application.roles;
  const auto minted = issuer_->mint(mint);
  if (!minted) {
    return reply_to(request, {.status = 503,
                              .error = "temporarily_unavailable",
                              .code = 90033,
                              .description = "A transient error has occurred. Please try again.",
                              .client_id = application.client_id,
                              .retry_after = std::chrono::seconds(1)});
  }
  json::object body;
  body["token_type"] = "Bearer";
  body["expires_in"] = minted->life.count();
  body["ext_expires_in"] = minted->life.count();
  body["access_token"] = minted->token.reveal();
  TokenReply reply;
  reply.body = json::serialize(body);
  reply.headers = not_to_be_stored();
  reply.client_id = application.client_id;
  return reply;
}

TokenReply TokenEndpoint::reply_to(const TokenRequest& request, const Refusal& refusal) const {
  const std::string time = entra_time(clock_.now());
  json::object body;
  body["error"] = refusal.error;
  body["error_description"] = "AADSTS" + std::to_string(refusal.code) + ": " + refusal.description +
                              "\r\nTrace ID: " + shown(request.trace_id) +
                              "\r\nCorrelation ID: " + shown(request.correlation_id) +
                              "\r\nTimestamp: " + time;
  body["error_codes"] = json::array{refusal.code};
  body["timestamp"] = time;
  body["trace_id"] = shown(request.trace_id);
  body["correlation_id"] = shown(request.correlation_id);
  TokenReply reply;
  reply.status = refusal.status;
  reply.body = json::serialize(body);
  reply.headers = not_to_be_stored();
  if (refusal.challenge) reply.headers.emplace_back("WWW-Authenticate", "Basic realm=\"muster\"");
  if (refusal.retry_after.count() > 0) {
    reply.headers.emplace_back("Retry-After", std::to_string(refusal.retry_after.count()));
  }
  reply.error_code = refusal.code;
  reply.client_id = refusal.client_id;
  return reply;
}

TokenReply TokenEndpoint::discovery(const TokenRequest& request) {
  const std::string tenant = base::ascii_lower(request.tenant);
  if (const auto refusal = check_tenant(tenant)) return reply_to(request, *refusal);
  return document_reply(issuer_->discovery_document(tenant, request.base_url));
}

TokenReply TokenEndpoint::keys(const TokenRequest& request) {
  if (const auto refusal = check_tenant(base::ascii_lower(request.tenant))) {
    return reply_to(request, *refusal);
  }
  return document_reply(issuer_->key_document());
}

}  // namespace muster::auth
