// Which public keys may be certified. The rules are those of the CA/Browser Forum's Baseline
// Requirements §6.1.1.3 and §6.1.6, as public authorities apply them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL

namespace muster::pki {

enum class KeyType : std::uint8_t { kEcP256, kEcP384, kRsa2048, kRsa3072, kRsa4096, kEd25519 };

// "ec-p256", "rsa-2048", …
[[nodiscard]] std::string_view name_of(KeyType type);
[[nodiscard]] std::optional<KeyType> parse_key_type(std::string_view name);

struct KeyPolicy {
  std::set<KeyType> allowed = {KeyType::kEcP256, KeyType::kEcP384, KeyType::kRsa2048,
                               KeyType::kRsa3072, KeyType::kRsa4096};
  // SHA-256 of SubjectPublicKeyInfos that are never certified: known to others.
  std::set<std::string, std::less<>> blocked = {};
};

// kBadRequest, saying why: type or size not allowed; RSA with another exponent than 65537, a small
// factor, factors too close (Fermat, 110 rounds), or the structure of ROCA (CVE-2017-15361); EC
// with explicit parameters, a point that is compressed, at infinity or not on the curve; another
// encoding than the usual one; a blocked key. Costs
// less than 50 ms whatever is sent: sizes are looked at first.
[[nodiscard]] base::Status check_public_key(evp_pkey_st* key, std::string_view spki,
                                            const KeyPolicy& policy);

}  // namespace muster::pki
