// One configured external issuer: which tokens are its, and the keys it signs with at present.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "auth/claims.h"
#include "auth/key_fetcher.h"
#include "auth/key_set.h"
#include "auth/settings.h"
#include "base/result.h"
#include "base/timestamp.h"

namespace muster::auth {

// Thread-safe.
class TrustedIssuer {
 public:
  // kConfiguration if the settings contradict themselves or name an unreadable JWKS file.
  [[nodiscard]] static base::Result<std::unique_ptr<TrustedIssuer>> create(
      ExternalIssuer settings, const AuthSettings& common);

  [[nodiscard]] const std::string& name() const { return settings_.name; }
  // Whether `iss` of these (unverified) claims is this issuer. With "{tenantid}" in the configured
  // name the claims' tenant is put there first.
  [[nodiscard]] bool issued(const boost::json::object& claims) const;
  [[nodiscard]] bool allows(Algorithm algorithm) const;
  [[nodiscard]] ClaimRules rules(base::Timestamp now) const;

  // Null until the keys have been had once.
  [[nodiscard]] std::shared_ptr<const KeySet> keys() const;
  // True if enough time has passed since the last attempt for another one.
  [[nodiscard]] bool may_refresh(base::Timestamp now) const;
  // When keys() should be refreshed although nothing asks for it.
  [[nodiscard]] base::Timestamp due() const;

  struct Refreshed {
    bool lost_keys = false;  // a key of before is gone
  };
  // Fetches discovery document and keys, or reads the file. On failure the keys at hand stay.
  // Blocks; one call at a time.
  [[nodiscard]] base::Result<Refreshed> refresh(const KeyFetcher& fetcher, base::Timestamp now);

 private:
  TrustedIssuer(ExternalIssuer settings, const AuthSettings& common);
  [[nodiscard]] base::Result<std::string> fetch_keys(const KeyFetcher& fetcher) const;

  ExternalIssuer settings_;
  std::vector<Algorithm> algorithms_;
  std::chrono::seconds skew_;
  std::chrono::seconds ttl_;
  std::chrono::seconds unknown_kid_interval_;
  std::chrono::seconds retry_interval_;

  mutable std::mutex mutex_;  // guards the rest
  std::shared_ptr<const KeySet> keys_;
  std::optional<base::Timestamp> attempted_;
  bool failed_ = false;
};

}  // namespace muster::auth
