#include "auth/key_set.h"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json/array.hpp>

#include "auth/strict_json.h"

namespace muster::auth {
namespace {

namespace json = boost::json;
using KeyPtr = std::shared_ptr<const PublicKey>;

constexpr std::size_t kMostOctets = 512UL * 1024UL;
constexpr std::size_t kMostKeys = 100;
constexpr std::size_t kLongestKid = 256;

bool is_for_verifying(const json::object& jwk) {
  const json::value* use = jwk.if_contains("use");
  if (use != nullptr && (!use->is_string() || use->get_string() != "sig")) return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  const json::array* list = operations->if_array();
  return list != nullptr && std::find(list->begin(), list->end(), "verify") != list->end();
}

// Text that names the key in JSON without escapes; a kid with quotes or controls is not one we
// need.
bool is_plain(std::string_view kid) {
  return kid.size() <= kLongestKid && std::all_of(kid.begin(), kid.end(), [](char c) {
           return c >= ' ' && c <= '~' && c != '"' && c != '\\';
         });
}

KeyPtr rsa_key(const json::object& jwk, std::string kid, std::optional<Algorithm> only) {
  const auto n = decode_base64url(string_member(jwk, "n").value_or(""));
  const auto e = decode_base64url(string_member(jwk, "e").value_or(""));
  if (!n || !e || only == Algorithm::kEs256) return nullptr;
  auto key = PublicKey::from_rsa(std::move(kid), *n, *e, only);
  return key ? *key : nullptr;
}

KeyPtr ec_key(const json::object& jwk, std::string kid, std::optional<Algorithm> only) {
  const auto x = decode_base64url(string_member(jwk, "x").value_or(""));
  const auto y = decode_base64url(string_member(jwk, "y").value_or(""));
  if (!x || !y || string_member(jwk, "crv") != "P-256") return nullptr;
  if (only && only != Algorithm::kEs256) return nullptr;
  auto key = PublicKey::from_p256(std::move(kid), *x, *y);
  return key ? *key : nullptr;
}

// Null for a key of no use here.
KeyPtr key_of(const json::value& value) {
  const json::object* jwk = value.if_object();
  if (jwk == nullptr || !is_for_verifying(*jwk) || jwk->contains("d")) return nullptr;
  std::optional<Algorithm> only;
  if (jwk->contains("alg")) {
    only = algorithm_named(string_member(*jwk, "alg").value_or(""));
    if (!only) return nullptr;
  }
  std::string kid;
  if (jwk->contains("kid")) {
    kid = string_member(*jwk, "kid").value_or("");
    if (kid.empty() || !is_plain(kid)) return nullptr;
  }
  const auto type = string_member(*jwk, "kty");
  if (type == "RSA") return rsa_key(*jwk, std::move(kid), only);
  if (type == "EC") return ec_key(*jwk, std::move(kid), only);
  return nullptr;
}

}  // namespace

base::Result<KeySet> KeySet::parse(std::string_view text) {
  const auto refused = [](const char* why) { return fail(base::ErrorCode::kBadRequest, why); };
  if (text.size() > kMostOctets) return refused("The JWK set is larger than 512 KiB.");
  const auto document = parse_object(text);
  if (!document) return refused("The JWK set is not a JSON object.");
  const json::value* keys = document->if_contains("keys");
  if (keys == nullptr || !keys->is_array()) return refused("The JWK set has no array \"keys\".");
  if (keys->get_array().size() > kMostKeys) return refused("The JWK set has over 100 keys.");
  KeySet set;
  for (const json::value& value : keys->get_array()) {
    if (KeyPtr key = key_of(value)) set.keys_.push_back(std::move(key));
  }
  if (set.keys_.empty()) return refused("The JWK set has no key for RS256, PS256 or ES256.");
  return set;
}

std::vector<KeyPtr> KeySet::candidates(std::optional<std::string_view> kid,
                                       Algorithm algorithm) const {
  std::vector<KeyPtr> found;
  for (const KeyPtr& key : keys_) {
    if (key->allows(algorithm) && (!kid || key->kid() == *kid)) found.push_back(key);
  }
  if (!kid && found.size() > 1) found.clear();
  return found;
}

bool KeySet::is_within(const KeySet& other) const {
  return std::all_of(keys_.begin(), keys_.end(), [&](const KeyPtr& key) {
    return std::any_of(other.keys_.begin(), other.keys_.end(),
                       [&](const KeyPtr& there) { return there->jwk() == key->jwk(); });
  });
}

}  // namespace muster::auth
