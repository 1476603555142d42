// The Entra-shaped HTTP endpoints of the own issuer, without HTTP: texts in, status and JSON out.
//   POST /{tenant}/oauth2/v2.0/token                        token()
//   GET  /{tenant}/v2.0/.well-known/openid-configuration    discovery()   (also without /v2.0)
//   GET  /{tenant}/discovery/v2.0/keys                      keys()
// Errors are in Entra's form (`error`, `error_description` "AADSTS…", `error_codes`, `timestamp`,
// `trace_id`, `correlation_id`), not Graph's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "auth/application_directory.h"
#include "auth/form.h"
#include "auth/issuer.h"
#include "auth/oauth_refusal.h"
#include "auth/settings.h"
#include "base/clock.h"
#include "base/failure_limiter.h"

namespace muster::auth {

// Views must stay valid during the call.
struct TokenRequest {
  std::string_view tenant;          // the path's first segment, decoded; any case
  std::string_view body;            // application/x-www-form-urlencoded, not decoded
  std::string_view authorization;   // value of the Authorization header, empty if absent
  std::string_view base_url;        // scheme://host[:port] as the client used it
  std::string_view source;          // the client's address, for the limiter; no port
  std::string_view trace_id;        // the request-id
  std::string_view correlation_id;  // client-request-id, or the request-id
};

// The whole reply but Content-Type, which is application/json.
struct TokenReply {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // What was refused, for the log: Entra's number and the client it was about. Never a secret.
  int error_code = 0;
  std::string client_id;
};

// Thread-safe. Every call may block on the directory; token() also signs (about a millisecond).
class TokenEndpoint {
 public:
  // `clock` must outlive the endpoint.
  TokenEndpoint(AuthSettings settings, std::shared_ptr<Issuer> issuer,
                std::shared_ptr<ApplicationDirectory> directory, const base::Clock& clock);

  // The client credentials grant (RFC 6749 §4.4) by client_secret_post or client_secret_basic.
  // Unknown parameters are ignored; an absent scope means the own `.default`.
  // 401 invalid_client is one and the same for an unknown client and a wrong secret; 429 after
  // AuthSettings::failures_allowed failures of one source for one client, whatever it sends then,
  // while the same client from elsewhere is not affected.
  [[nodiscard]] TokenReply token(const TokenRequest& request);

  // 400 invalid_tenant for a tenant that does not exist here. Only tenant, base_url and the two
  // correlation ids are read.
  [[nodiscard]] TokenReply discovery(const TokenRequest& request);
  [[nodiscard]] TokenReply keys(const TokenRequest& request);

 private:
  AuthSettings settings_;
  std::shared_ptr<Issuer> issuer_;
  std::shared_ptr<ApplicationDirectory> directory_;
  const base::Clock& clock_;
  base::FailureLimiter limiter_;

  template <typename T>
  using Step = std::variant<T, OAuthRefusal>;

  [[nodiscard]] std::optional<OAuthRefusal> check_tenant(const std::string& tenant);
  [[nodiscard]] Step<Application> authenticate(const TokenRequest& request,
                                               const std::string& tenant, const Form& form);
  [[nodiscard]] Step<std::string> audience_of(const TokenRequest& request, const Form& form) const;
  [[nodiscard]] TokenReply grant(const TokenRequest& request, const Application& application,
                                 const std::string& audience);
  [[nodiscard]] TokenReply refuse(const TokenRequest& request, const OAuthRefusal& refusal) const;
};

}  // namespace muster::auth
