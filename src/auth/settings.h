// The settings of authentication as plain values; app/ reads them from the file and the command
// line.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace muster::auth {

// Someone else's token service that is trusted. Its keys come from exactly one of `discovery_url`
// (an OpenID Connect discovery document), `jwks_file`, or, when both are empty, the discovery
// document at `issuer` + "/.well-known/openid-configuration".
struct ExternalIssuer {
  std::string name = {};  // for logs and messages
  // Compared with `iss` octet by octet. May hold "{tenantid}" once, as Entra's multi-tenant
  // document does; it stands for the token's tenant.
  std::string issuer = {};
  std::string discovery_url = {};           // https, or http on a loopback host
  std::string jwks_file = {};               // a JWK set on disk, read at start-up and on reload
  std::string ca_file = {};                 // PEM bundle instead of the system's
  std::vector<std::string> audiences = {};  // accepted `aud`; empty: AuthSettings::audiences
  // All tokens of this issuer belong to this tenant (a GUID). Empty: the token's tenant claim
  // decides.
  std::string tenant = {};
  std::string tenant_claim = "tid";
  std::vector<std::string> algorithms = {"RS256", "PS256", "ES256"};
};

struct AuthSettings {
  // Accepted beside the aliases of Microsoft Graph and, for own tokens, the base URL of their
  // issuer.
  std::vector<std::string> audiences = {};
  std::chrono::seconds skew{60};  // tolerance at `exp` and `nbf`
  // Life of tokens from the token endpoint. MSAL renews five minutes early and does not cache at
  // all when it is 300 s or less; 3599 is Entra's figure.
  std::chrono::seconds access_token_life{3599};
  // Longest life that `mint` grants; also how long a retired signing key is still accepted.
  std::chrono::seconds max_token_life = std::chrono::hours(24);
  // A signing key retires at this age; its successor is made max_token_life before.
  std::chrono::seconds signing_key_life = std::chrono::hours(24 * 90);
  std::chrono::seconds own_keys_ttl{60};             // the own ring is read again at this age
  std::chrono::seconds own_unknown_kid_interval{1};  // and not sooner than this for an unknown kid
  std::vector<ExternalIssuer> external_issuers = {};

  std::chrono::seconds keys_ttl{3600};            // external keys are refreshed at this age
  std::chrono::seconds unknown_kid_interval{30};  // least time between fetches for an unknown kid
  std::chrono::seconds retry_interval{5};         // least time between fetches after a failed one
  std::chrono::milliseconds fetch_timeout{5000};
  std::size_t fetch_limit = 512UL * 1024UL;  // octets of one document
  std::size_t cached_tokens = 4096;          // verified tokens remembered per thread

  // Failed log-ins of one source for one application before 429, and the time they count.
  unsigned failures_allowed = 10;
  std::chrono::seconds failure_window{60};
};

}  // namespace muster::auth
