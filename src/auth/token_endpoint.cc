#include "auth/token_endpoint.h"

#include <array>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "auth/audience.h"
#include "auth/client_authentication.h"
#include "auth/client_secret.h"
#include "base/encoding.h"

namespace muster::auth {
namespace {

constexpr std::string_view kGrant = "client_credentials";
constexpr std::string_view kDefaultScope = "/.default";
// Only the parameters that are understood must not be repeated (RFC 6749 §3.2).
constexpr std::array kUnderstood = {"grant_type", "client_id", "client_secret", "scope",
                                    "resource"};

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

OAuthRefusal transient(std::string client_id = {}) {
  return {.kind = kTransient,
          .description = "A transient error has occurred. Please try again.",
          .client_id = std::move(client_id),
          .retry_after = std::chrono::seconds(1)};
}

OAuthRefusal missing(std::string_view parameter) {
  return {.kind = kMissingParameter,
          .description = "The request body must contain the following parameter: '" +
                         std::string(parameter) + "'."};
}

// The one answer to everything that is wrong about a client and its secret.
OAuthRefusal wrong_secret(const PresentedClient& client) {
  return {.kind = kWrongSecret,
          .description =
              "Invalid client secret provided. Ensure the secret being sent in the "
              "request is the client secret value, not the client secret ID, for a "
              "secret added to app '" +
              shown(client.client_id) + "'.",
          .client_id = client.client_id,
          .challenge = client.by_header};
}

// What can be said of a presentation before anything is looked up.
std::optional<OAuthRefusal> check_presented(const PresentedClient& client) {
  if (client.contradictory) {
    return OAuthRefusal{.kind = kTwoAuthentications,
                        .description = "More than one client authentication was presented."};
  }
  if (client.client_id.empty() && !client.by_header) return missing("client_id");
  if (!client.readings.empty()) return std::nullopt;
  return OAuthRefusal{.kind = kNoSecret,
                      .description =
                          "'client_secret' is required for the 'client_credentials' "
                          "grant type; client assertions are not supported.",
                      .client_id = client.client_id,
                      .challenge = client.by_header};
}

std::optional<OAuthRefusal> check_form(const Form& form) {
  for (const char* name : kUnderstood) {
    if (!form.is_repeated(name)) continue;
    return OAuthRefusal{
        .kind = kRepeatedParameter,
        .description = "The parameter '" + std::string(name) + "' is given more than once."};
  }
  const std::string_view type = form.get("grant_type");
  if (type.empty()) return missing("grant_type");
  if (type == kGrant) return std::nullopt;
  return OAuthRefusal{
      .kind = kUnsupportedGrant,
      .description = "The app requested an unsupported grant type '" + shown(type) + "'."};
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
  if (const auto refusal = check_tenant(tenant)) return refuse(request, *refusal);
  const auto form = Form::parse(request.body);
  if (!form) {
    return refuse(request, {.kind = kMissingParameter,
                            .description = "The request body is not a well-formed form."});
  }
  if (const auto refusal = check_form(*form)) return refuse(request, *refusal);
  auto application = authenticate(request, tenant, *form);
  if (const auto* refusal = std::get_if<OAuthRefusal>(&application)) {
    return refuse(request, *refusal);
  }
  auto audience = audience_of(request, *form);
  if (const auto* refusal = std::get_if<OAuthRefusal>(&audience)) return refuse(request, *refusal);
  return grant(request, std::get<Application>(application), std::get<std::string>(audience));
}

std::optional<OAuthRefusal> TokenEndpoint::check_tenant(const std::string& tenant) {
  if (is_guid(tenant)) {
    const auto exists = directory_->tenant_exists(tenant);
    if (!exists) return transient();
    if (*exists) return std::nullopt;
  }
  return OAuthRefusal{.kind = kUnknownTenant,
                      .description = "Tenant '" + shown(tenant) +
                                     "' not found. Check to make sure you have the correct "
                                     "tenant ID."};
}

TokenEndpoint::Step<Application> TokenEndpoint::authenticate(const TokenRequest& request,
                                                             const std::string& tenant,
                                                             const Form& form) {
  const PresentedClient client = read_client(request.authorization, form);
  if (auto refusal = check_presented(client)) return *std::move(refusal);
  const std::string limited = tenant + ' ' + client.client_id;
  if (const auto wait = limiter_.wait(request.source, limited)) {
    return OAuthRefusal{
        .kind = kTooManyFailures,
        .description = "Too many failed requests of this client. Please retry later.",
        .client_id = client.client_id,
        .retry_after = *wait};
  }
  for (const auto& reading : client.readings) {
    auto found = directory_->find(tenant, reading.client_id);
    if (!found) return transient(client.client_id);
    // An unknown client costs the same digest as a known one.
    static const std::string kNobody = hash_client_secret("");
    const std::string& hash = *found ? (*found)->secret_hash : kNobody;
    const bool right = client_secret_matches(reading.secret.reveal(), hash);
    if (!right || !*found) continue;
    if ((*found)->enabled) return **std::move(found);
    return OAuthRefusal{
        .kind = kDisabledApplication,
        .description = "Application '" + shown(reading.client_id) + "' is disabled.",
        .client_id = reading.client_id};
  }
  limiter_.failed(request.source, limited);
  return wrong_secret(client);
}

TokenEndpoint::Step<std::string> TokenEndpoint::audience_of(const TokenRequest& request,
                                                            const Form& form) const {
  std::string_view resource = form.get("resource");  // Entra's v1 form
  if (const std::string_view scope = form.get("scope"); !scope.empty()) {
    resource = scope;
    while (resource.starts_with(' ')) resource.remove_prefix(1);
    while (resource.ends_with(' ')) resource.remove_suffix(1);
    if (resource.ends_with('/')) resource.remove_suffix(1);
    if (!resource.ends_with(kDefaultScope)) {
      return OAuthRefusal{.kind = kScopeNotDefault,
                          .description = "The provided value for scope '" + shown(scope) +
                                         "' is not valid. Client credential flows must have a "
                                         "scope value with /.default suffixed to the resource "
                                         "identifier (application ID URI)."};
    }
    resource.remove_suffix(kDefaultScope.size());
  }
  if (resource.empty() || same_resource(resource, request.base_url)) {
    return std::string(request.base_url);
  }
  if (!is_graph_alias(resource) && !is_among(resource, settings_.audiences)) {
    return OAuthRefusal{.kind = kUnknownResource,
                        .description =
                            "The provided value for the input parameter 'scope' is not "
                            "valid. The resource '" +
                            shown(resource) + "' is not known here."};
  }
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
  if (!minted) return refuse(request, transient(application.client_id));
  boost::json::object body;
  body["token_type"] = "Bearer";
  body["expires_in"] = minted->life.count();
  body["ext_expires_in"] = minted->life.count();
  body["access_token"] = minted->token.reveal();
  TokenReply reply;
  reply.body = boost::json::serialize(body);
  reply.headers = not_to_be_stored();
  reply.client_id = application.client_id;
  return reply;
}

TokenReply TokenEndpoint::refuse(const TokenRequest& request, const OAuthRefusal& refusal) const {
  TokenReply reply;
  reply.status = refusal.kind.status;
  reply.body = render(refusal, clock_.now(), request.trace_id, request.correlation_id);
  reply.headers = not_to_be_stored();
  if (refusal.challenge) reply.headers.emplace_back("WWW-Authenticate", "Basic realm=\"muster\"");
  if (refusal.retry_after.count() > 0) {
    reply.headers.emplace_back("Retry-After", std::to_string(refusal.retry_after.count()));
  }
  reply.error_code = refusal.kind.code;
  reply.client_id = refusal.client_id;
  return reply;
}

TokenReply TokenEndpoint::discovery(const TokenRequest& request) {
  const std::string tenant = base::ascii_lower(request.tenant);
  if (const auto refusal = check_tenant(tenant)) return refuse(request, *refusal);
  return document_reply(issuer_->discovery_document(tenant, request.base_url));
}

TokenReply TokenEndpoint::keys(const TokenRequest& request) {
  const auto refusal = check_tenant(base::ascii_lower(request.tenant));
  return refusal ? refuse(request, *refusal) : document_reply(issuer_->key_document());
}

}  // namespace muster::auth
