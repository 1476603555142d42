// From an Authorization header to a Principal: the one gate through which every Graph request
// passes.
//
// A token is accepted if its signature verifies under a key of the own issuer or of a configured
// external one, with an algorithm that belongs to that key, and `iss`, `aud`, `exp`, `nbf` and the
// tenant are right (RFC 7519 §7.2, RFC 8725, RFC 9068 §4). Nothing in a token's header is ever
// followed: `jku`, `jwk`, `x5u` and `x5c` are refused, so a token causes no outgoing call but the
// rate-limited refresh of a configured issuer's keys.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "auth/issuer.h"
#include "auth/principal.h"
#include "auth/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::auth {

// Refusals: kNotAuthenticated (401) in the words of Graph, kPersonalAccount (403) for the tenant of
// personal accounts, kUnavailable (503, with retry_after) while an external issuer's keys have
// never been had. A message never holds any part of the token.
using Verdict = base::Result<std::shared_ptr<const Principal>>;

// Whether a tenant exists here. Asked once per token and thread, on the thread that verifies; must
// be thread-safe and quick. An error is passed on to the caller.
using TenantCheck = std::function<base::Result<bool>(std::string_view tenant)>;

// Whether an application of the own token service still exists. Asked for every request with one of
// its tokens, remembered or not, on the thread that verifies: it must be thread-safe and answer
// from memory. An error is passed on to the caller.
using ApplicationCheck =
    std::function<base::Result<bool>(std::string_view tenant, std::string_view client_id)>;

// Told of every failed fetch of an external issuer's keys: the issuer's name and what was wrong,
// which holds no part of the document. Called on the fetching thread, which it must not hold up.
using FetchFailed = std::function<void(std::string_view issuer, const base::Error& why)>;

// Thread-safe.
class Verifier {
 public:
  using Callback = std::function<void(Verdict)>;

  // `own` may be null (external issuers only); an empty `tenants` lets every tenant in, an empty
  // `applications` every application; `clock` must outlive the verifier. Starts one thread, which
  // fetches keys; does not wait for any issuer. kConfiguration if an issuer's settings are wrong or
  // a JWKS file cannot be read.
  [[nodiscard]] static base::Result<std::unique_ptr<Verifier>> create(
      AuthSettings settings, std::shared_ptr<Issuer> own, TenantCheck tenants,
      const base::Clock& clock, FetchFailed fetch_failed = {}, ApplicationCheck applications = {});
  // Answers what still waits with kUnavailable and ends the thread; breaks off a fetch under way.
  virtual ~Verifier() = default;

  // `authorization`: the value of the one Authorization header (that there is only one is the
  // caller's to check), empty if absent. The scheme is `Bearer` in any case (RFC 6750 §2.1).
  // `done` is called exactly once: before verify() returns when the keys at hand decide, which is
  // the rule; otherwise later on the fetching thread, which it must not hold up.
  virtual void verify(std::string_view authorization, Callback done) = 0;

  // Forgets every verified token on every thread; for when a tenant is removed.
  virtual void forget_verified() = 0;

  // For metrics: look-ups answered from the cache of verified tokens, and those that were not.
  struct Counts {
    std::uint64_t cached = 0;
    std::uint64_t verified = 0;
    std::uint64_t refused = 0;
    std::uint64_t key_fetches = 0;
    std::uint64_t failed_fetches = 0;
  };
  [[nodiscard]] virtual Counts counts() const = 0;
};

}  // namespace muster::auth
