#include "auth/external_issuer.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "auth/audience.h"
#include "auth/strict_json.h"

namespace muster::auth {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view kTenantPlace = "{tenantid}";

base::Error wrong(const ExternalIssuer& settings, const std::string& what) {
  return fail(ErrorCode::kConfiguration, "External issuer '" + settings.name + "': " + what,
              settings.name);
}

base::Status check(const ExternalIssuer& settings) {
  if (settings.issuer.empty()) return wrong(settings, "`issuer` is missing.");
  if (!settings.tenant.empty() && !is_guid(settings.tenant)) {
    return wrong(settings, "`tenant` is not a GUID.");
  }
  if (settings.tenant.empty() && settings.tenant_claim.empty()) {
    return wrong(settings, "either `tenant` or `tenant_claim` is needed.");
  }
  if (settings.audiences.empty()) {
    // RFC 8725 §3.9: a token for somebody else must not be taken here.
    return wrong(settings, "`audiences` is needed, here or for all issuers.");
  }
  if (settings.algorithms.empty()) return wrong(settings, "`algorithms` is empty.");
  for (const std::string& name : settings.algorithms) {
    if (!algorithm_named(name)) {
      return wrong(settings, "algorithm '" + name + "' is not one of RS256, PS256, ES256.");
    }
  }
  if (!settings.jwks_file.empty()) {
    if (settings.discovery_url.empty()) return base::done();
    return wrong(settings, "`jwks_file` and `discovery_url` exclude each other.");
  }
  if (is_fetchable(settings.discovery_url)) return base::done();
  return wrong(settings, "'" + settings.discovery_url + "' is neither https nor http on loopback.");
}

std::string default_discovery_url(std::string issuer) {
  while (issuer.ends_with('/')) issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) return fail(ErrorCode::kUnavailable, path + " cannot be read.");
  return std::move(text).str();
}

}  // namespace

TrustedIssuer::TrustedIssuer(ExternalIssuer settings, const AuthSettings& common)
    : settings_(std::move(settings)),
      skew_(common.skew),
      ttl_(common.keys_ttl),
      unknown_kid_interval_(common.unknown_kid_interval),
      retry_interval_(common.retry_interval) {
  for (const std::string& name : settings_.algorithms) {
    if (const auto algorithm = algorithm_named(name)) algorithms_.push_back(*algorithm);
  }
}

base::Result<std::unique_ptr<TrustedIssuer>> TrustedIssuer::create(ExternalIssuer settings,
                                                                   const AuthSettings& common) {
  if (settings.name.empty()) settings.name = settings.issuer;
  if (settings.audiences.empty()) settings.audiences = common.audiences;
  if (settings.jwks_file.empty() && settings.discovery_url.empty()) {
    settings.discovery_url = default_discovery_url(settings.issuer);
  }
  MUSTER_TRY(check(settings));
  std::unique_ptr<TrustedIssuer> issuer(new TrustedIssuer(std::move(settings), common));
  if (issuer->settings_.jwks_file.empty()) return issuer;
  // A file that is wrong from the start is a mistake of the administrator's, to be told at once.
  auto text = read_file(issuer->settings_.jwks_file);
  if (!text) return wrong(issuer->settings_, text.error().message);
  auto keys = KeySet::parse(*text);
  if (!keys) return wrong(issuer->settings_, keys.error().message);
  issuer->keys_ = std::make_shared<const KeySet>(std::move(keys).value());
  return issuer;
}

bool TrustedIssuer::issued(const boost::json::object& claims) const {
  const auto iss = string_member(claims, "iss");
  if (!iss) return false;
  const std::size_t place = settings_.issuer.find(kTenantPlace);
  if (place == std::string::npos) return *iss == settings_.issuer;
  const auto tenant = string_member(claims, settings_.tenant_claim);
  if (!tenant || !is_guid(*tenant)) return false;
  std::string expected = settings_.issuer;
  expected.replace(place, kTenantPlace.size(), *tenant);
  return *iss == expected;
}

bool TrustedIssuer::allows(Algorithm algorithm) const {
  return std::find(algorithms_.begin(), algorithms_.end(), algorithm) != algorithms_.end();
}

ClaimRules TrustedIssuer::rules(base::Timestamp now) const {
  const auto accepts = [this](std::string_view audience) {
    return std::find(settings_.audiences.begin(), settings_.audiences.end(), audience) !=
           settings_.audiences.end();
  };
  return {accepts, settings_.tenant, settings_.tenant_claim, skew_, now};
}

std::shared_ptr<const KeySet> TrustedIssuer::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

bool TrustedIssuer::may_refresh(base::Timestamp now) const {
  const std::lock_guard lock(mutex_);
  if (!attempted_) return true;
  return attempted_->plus(failed_ ? retry_interval_ : unknown_kid_interval_) <= now;
}

base::Timestamp TrustedIssuer::due() const {
  const std::lock_guard lock(mutex_);
  if (!attempted_) return {};
  return attempted_->plus(failed_ ? retry_interval_ : ttl_);
}

base::Result<std::string> TrustedIssuer::fetch_keys(const KeyFetcher& fetcher) const {
  if (!settings_.jwks_file.empty()) return read_file(settings_.jwks_file);
  const std::string text = MUSTER_TRY(fetcher.get(settings_.discovery_url, settings_.ca_file));
  const auto document = parse_object(text);
  if (!document) return fail(ErrorCode::kUnavailable, "The discovery document is no JSON object.");
  // OpenID Connect Discovery 1.0 §4.3: else one issuer could speak for another.
  if (string_member(*document, "issuer") != settings_.issuer) {
    return fail(ErrorCode::kUnavailable,
                "The discovery document names another issuer than '" + settings_.issuer + "'.");
  }
  const auto url = string_member(*document, "jwks_uri");
  if (!url) return fail(ErrorCode::kUnavailable, "The discovery document has no `jwks_uri`.");
  return fetcher.get(std::string(*url), settings_.ca_file);
}

base::Result<TrustedIssuer::Refreshed> TrustedIssuer::refresh(const KeyFetcher& fetcher,
                                                              base::Timestamp now) {
  {
    const std::lock_guard lock(mutex_);
    attempted_ = now;
    failed_ = true;
  }
  const std::string text = MUSTER_TRY(fetch_keys(fetcher));
  auto fresh = std::make_shared<const KeySet>(MUSTER_TRY(KeySet::parse(text)));
  const std::lock_guard lock(mutex_);
  const bool lost = keys_ != nullptr && !keys_->is_within(*fresh);
  keys_ = std::move(fresh);
  failed_ = false;
  return Refreshed{lost};
}

}  // namespace muster::auth
