#include "auth/issuer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "auth/audience.h"
#include "auth/jwt.h"
#include "base/encoding.h"
#include "base/random.h"

namespace muster::auth {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

// How long another node may go on signing with a key after its successor was made: it reads the
// ring again every AuthSettings::own_keys_ttl, and may be cut off from the store for a while.
constexpr std::chrono::hours kNoticeTime{1};

// A stable identifier for an object that has none of its own: the same for the same names.
std::string derived_guid(std::string_view tenant, std::string_view name) {
  std::string octets =
      base::sha256("muster object\n" + std::string(tenant) + '\n' + std::string(name));
  // RFC 9562 §5.8: version 8, variant 10.
  octets[6] = static_cast<char>((octets[6] & 0x0F) | 0x80);
  octets[8] = static_cast<char>((octets[8] & 0x3F) | 0x80);
  return base::uuid_text(octets);
}

json::array texts(std::initializer_list<std::string_view> items) {
  json::array array;
  for (const std::string_view item : items) array.emplace_back(item);
  return array;
}

json::object claims_of(const MintRequest& request, base::Timestamp now, std::chrono::seconds life) {
  const std::string& user = request.user_principal_name;
  std::string object_id = request.object_id;
  if (object_id.empty()) {
    const bool of_user = request.delegated && !user.empty();
    object_id = derived_guid(request.tenant_id, of_user ? user : request.application_id);
  }
  json::object claims;
  claims["aud"] = request.audience.empty() ? request.base_url : request.audience;
  claims["iss"] = request.base_url + '/' + request.tenant_id + "/v2.0";
  claims["iat"] = now.unix_seconds();
  claims["nbf"] = now.unix_seconds();
  claims["exp"] = now.unix_seconds() + life.count();
  if (!request.application_name.empty()) claims["app_displayname"] = request.application_name;
  claims["appid"] = request.application_id;
  claims["azp"] = request.application_id;
  claims["idtyp"] = request.delegated ? "user" : "app";
  claims["oid"] = object_id;
  claims["sub"] = object_id;
  if (request.delegated) {
    if (!user.empty()) claims["preferred_username"] = user;
    std::string scp;
    for (const std::string& name : request.permissions) scp += (scp.empty() ? "" : " ") + name;
    claims["scp"] = scp;
  } else {
    json::array roles;
    for (const std::string& name : request.permissions) roles.emplace_back(name);
    claims["roles"] = std::move(roles);
  }
  claims["tid"] = request.tenant_id;
  claims["uti"] = base::base64url(base::random_octets(16));
  claims["ver"] = "2.0";
  return claims;
}

}  // namespace

// The keys, oldest first, at one moment.
class Issuer::Ring {
 public:
  struct Entry {
    base::Timestamp created;
    base::Timestamp stops_signing;  // when its successor was made, or when it retires
    base::Timestamp last_accepted;
    std::string kid;
    std::shared_ptr<const PrivateKey> key;
  };

  // Keys that `before` has parsed already are taken from there.
  static base::Result<std::shared_ptr<const Ring>> of(std::vector<SigningKey> keys,
                                                      const Ring* before,
                                                      const AuthSettings& settings) {
    std::sort(keys.begin(), keys.end(), [](const SigningKey& a, const SigningKey& b) {
      return a.created != b.created ? a.created < b.created : a.kid < b.kid;
    });
    auto ring = std::make_shared<Ring>();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const SigningKey& key = keys[i];
      const Entry* known = before == nullptr ? nullptr : before->find(key.kid);
      auto parsed =
          known != nullptr ? known->key : MUSTER_TRY(PrivateKey::from_pem(key.private_pem));
      if (parsed->public_key()->kid() != key.kid) {
        return fail(ErrorCode::kConfiguration, "A signing key is not the one its kid names.");
      }
      const bool last = i + 1 == keys.size();
      const base::Timestamp stops = last ? key.retires : std::min(key.retires, keys[i + 1].created);
      ring->entries.push_back({key.created, stops,
                               stops.plus(settings.max_token_life + kNoticeTime), key.kid,
                               std::move(parsed)});
    }
    return std::shared_ptr<const Ring>(std::move(ring));
  }

  [[nodiscard]] const Entry* find(std::string_view kid) const {
    for (const Entry& entry : entries) {
      if (entry.kid == kid) return &entry;
    }
    return nullptr;
  }

  // The newest key; null if it has retired.
  [[nodiscard]] const Entry* signer(base::Timestamp now) const {
    if (entries.empty() || entries.back().stops_signing <= now) return nullptr;
    return &entries.back();
  }

  std::vector<Entry> entries;
};

Issuer::Issuer(AuthSettings settings, std::shared_ptr<SigningKeyStore> store,
               const base::Clock& clock)
    : settings_(std::move(settings)),
      store_(std::move(store)),
      clock_(clock),
      ring_(std::make_shared<Ring>()) {}

base::Result<std::shared_ptr<Issuer>> Issuer::create(AuthSettings settings,
                                                     std::shared_ptr<SigningKeyStore> store,
                                                     const base::Clock& clock) {
  const std::shared_ptr<Issuer> issuer(new Issuer(std::move(settings), std::move(store), clock));
  MUSTER_TRY(issuer->reload());
  if (issuer->ring()->signer(clock.now()) == nullptr) MUSTER_TRY(issuer->rotate());
  return issuer;
}

std::shared_ptr<const Issuer::Ring> Issuer::ring() const {
  const std::lock_guard lock(mutex_);
  return ring_;
}

base::Result<MintedToken> Issuer::mint(const MintRequest& request) const {
  const std::chrono::seconds life =
      request.life.count() == 0 ? settings_.access_token_life : request.life;
  if (!is_guid(request.tenant_id) || request.tenant_id != base::ascii_lower(request.tenant_id)) {
    return fail(ErrorCode::kBadRequest, "The tenant is not a GUID in lower case.", "tenant");
  }
  if (life.count() < 0 || life > settings_.max_token_life) {
    return fail(ErrorCode::kBadRequest,
                "The life of a token is 1 to " + std::to_string(settings_.max_token_life.count()) +
                    " seconds.",
                "life");
  }
  const base::Timestamp now = clock_.now();
  const auto keys = ring();
  const Ring::Entry* signer = keys->signer(now);
  if (signer == nullptr) return fail(ErrorCode::kUnavailable, "Every signing key has retired.");
  std::string token = MUSTER_TRY(sign_token(*signer->key, claims_of(request, now, life)));
  return MintedToken{base::Secret(std::move(token)), life, now.plus(life)};
}

std::string Issuer::discovery_document(std::string_view tenant, std::string_view base_url) const {
  const std::string root = std::string(base_url) + '/' + base::ascii_lower(tenant);
  json::object document;
  document["token_endpoint"] = root + "/oauth2/v2.0/token";
  document["token_endpoint_auth_methods_supported"] =
      texts({"client_secret_post", "client_secret_basic"});
  document["jwks_uri"] = root + "/discovery/v2.0/keys";
  document["response_modes_supported"] = texts({"query", "fragment", "form_post"});
  document["subject_types_supported"] = texts({"pairwise"});
  document["id_token_signing_alg_values_supported"] = texts({"RS256"});
  document["response_types_supported"] =
      texts({"code", "id_token", "code id_token", "id_token token"});
  document["scopes_supported"] = texts({"openid", "profile", "email", "offline_access"});
  document["grant_types_supported"] = texts({"client_credentials"});
  document["issuer"] = root + "/v2.0";
  document["request_uri_parameter_supported"] = false;
  // Required by MSAL even where nobody signs in by browser.
  document["authorization_endpoint"] = root + "/oauth2/v2.0/authorize";
  document["claims_supported"] =
      texts({"sub", "iss", "aud", "exp", "iat", "nbf", "tid", "oid", "ver", "roles", "scp"});
  return json::serialize(document);
}

std::string Issuer::key_document() const {
  const base::Timestamp now = clock_.now();
  std::string document = R"({"keys":[)";
  for (const Ring::Entry& entry : ring()->entries) {
    if (entry.last_accepted <= now) continue;
    if (!document.ends_with('[')) document += ',';
    document += entry.key->public_key()->jwk();
  }
  return document + "]}";
}

base::Status Issuer::load() {
  auto stored = MUSTER_TRY(store_->load_all());
  const auto before = ring();
  auto loaded = MUSTER_TRY(Ring::of(std::move(stored), before.get(), settings_));
  const bool lost =
      std::any_of(before->entries.begin(), before->entries.end(),
                  [&](const Ring::Entry& entry) { return loaded->find(entry.kid) == nullptr; });
  {
    const std::lock_guard lock(mutex_);
    ring_ = std::move(loaded);
  }
  if (lost) ++generation_;
  return base::done();
}

base::Status Issuer::add_key() {
  const auto key = MUSTER_TRY(PrivateKey::generate());
  base::Timestamp created = clock_.now();
  const auto keys = ring();
  // Newest means latest, also when the clock stood still or another node's is ahead.
  if (!keys->entries.empty() && keys->entries.back().created >= created) {
    created = base::Timestamp::from_ticks(keys->entries.back().created.ticks() + 1);
  }
  MUSTER_TRY(store_->add(
      {key->public_key()->kid(), key->pem(), created, created.plus(settings_.signing_key_life)}));
  return load();
}

base::Status Issuer::reload() {
  const std::lock_guard lock(changing_);
  return load();
}

base::Status Issuer::rotate() {
  const std::lock_guard lock(changing_);
  MUSTER_TRY(load());
  return add_key();
}

base::Status Issuer::replace() {
  const std::lock_guard lock(changing_);
  MUSTER_TRY(load());
  const auto before = ring();
  MUSTER_TRY(add_key());
  for (const Ring::Entry& entry : before->entries) MUSTER_TRY(store_->remove(entry.kid));
  return load();
}

base::Status Issuer::prune() {
  const std::lock_guard lock(changing_);
  MUSTER_TRY(load());
  const base::Timestamp now = clock_.now();
  if (ring()->signer(now.plus(settings_.max_token_life)) == nullptr) MUSTER_TRY(add_key());
  const auto keys = ring();
  for (const Ring::Entry& entry : keys->entries) {
    if (entry.last_accepted <= now) MUSTER_TRY(store_->remove(entry.kid));
  }
  return load();
}

std::shared_ptr<const PublicKey> Issuer::find(std::string_view kid) const {
  const auto keys = ring();
  const Ring::Entry* entry = keys->find(kid);
  if (entry == nullptr || entry->last_accepted <= clock_.now()) return nullptr;
  return entry->key->public_key();
}

}  // namespace muster::auth
