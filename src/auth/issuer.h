// Muster as its own token service: the ring of signing keys, the tokens it mints, and the documents
// that describe it in the shape of Microsoft Entra (docs: identity platform, v2.0 endpoints).
//
// Tokens name the issuer `{base}/{tenant}/v2.0`, where `{base}` is the URL by which the client
// reached the service: MSAL demands that the issuer's origin equals the authority's. The same
// installation is therefore known by several issuer names (localhost, 127.0.0.1, its DNS name).
// What identifies an own token is the key: its `kid` is in this ring, its signature verifies, and
// its `iss` ends in
// `/{tid}/v2.0` with the token's own `tid`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key.h"
#include "auth/settings.h"
#include "auth/signing_key_store.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/timestamp.h"

namespace muster::auth {

// What a token shall say. `permissions` become `roles` of an app-only token, or `scp` when
// `delegated` is set.
struct MintRequest {
  std::string tenant_id;  // lower-case GUID
  std::string base_url;   // as the client sees the service, without a trailing slash
  std::string audience;   // `aud`; empty: base_url
  bool delegated = false;
  std::string application_id;
  std::string application_name;
  std::string object_id;            // `oid`; empty: derived from tenant and application or user
  std::string user_principal_name;  // delegated only
  std::vector<std::string> permissions;
  std::chrono::seconds life{0};  // 0: AuthSettings::access_token_life
};

struct MintedToken {
  base::Secret token;
  std::chrono::seconds life{0};
  base::Timestamp expires;
};

// Thread-safe. Only create(), reload(), rotate(), replace() and prune() reach the key store and may
// block.
class Issuer {
 public:
  // Loads the ring and makes the first key if there is none. `clock` must outlive the issuer.
  [[nodiscard]] static base::Result<std::shared_ptr<Issuer>> create(
      AuthSettings settings, std::shared_ptr<SigningKeyStore> store, const base::Clock& clock);

  // Signs a token (about a millisecond of CPU). kBadRequest if the tenant is no GUID, or the life
  // is negative or beyond max_token_life; kUnavailable if every key has retired.
  [[nodiscard]] base::Result<MintedToken> mint(const MintRequest& request) const;

  // The discovery document of a tenant (OpenID Connect Discovery 1.0 §3), JSON. The same for
  // `/{tenant}/v2.0/.well-known/openid-configuration` and the form without `/v2.0`.
  [[nodiscard]] std::string discovery_document(std::string_view tenant,
                                               std::string_view base_url) const;
  // The public keys as a JWK set (RFC 7517 §5), JSON.
  [[nodiscard]] std::string key_document() const;

  // Reads the ring again: picks up keys that another process added, drops those it removed.
  [[nodiscard]] base::Status reload();
  // Adds a new key, which signs from now on. The ones before it stay accepted for max_token_life
  // and the time other nodes may take to notice.
  [[nodiscard]] base::Status rotate();
  // Adds a new key and removes all before it: tokens that those signed are refused from now on.
  [[nodiscard]] base::Status replace();
  // Rotates if the signing key has less than max_token_life left before it retires, and removes
  // keys that are no longer accepted. To be called now and then (hourly).
  [[nodiscard]] base::Status prune();

  // The accepted public key with this kid; null if there is none.
  [[nodiscard]] std::shared_ptr<const PublicKey> find(std::string_view kid) const;
  // Rises whenever a key left the ring; caches of verified tokens compare it.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }

 private:
  class Ring;
  Issuer(AuthSettings settings, std::shared_ptr<SigningKeyStore> store, const base::Clock& clock);
  [[nodiscard]] std::shared_ptr<const Ring> ring() const;
  // These two expect `changing_` to be held.
  [[nodiscard]] base::Status load();
  [[nodiscard]] base::Status add_key();

  AuthSettings settings_;
  std::shared_ptr<SigningKeyStore> store_;
  const base::Clock& clock_;
  std::mutex changing_;       // one change at a time
  mutable std::mutex mutex_;  // guards ring_
  std::shared_ptr<const Ring> ring_;
  std::atomic<std::uint64_t> generation_{1};
};

}  // namespace muster::auth
