// Private keys of authorities, wherever they are kept; for this module alone.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "pki/authority.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

// A key that signs, and what is kept of it (AuthorityMaterial).
struct KeptKey {
  KeyPtr key;
  std::string kept;
};

// `label` names the key in a token. kConfiguration for a type that authorities do not use, or when
// the token cannot be used.
[[nodiscard]] base::Result<KeptKey> make_key(KeyType type, const TokenStore& tokens,
                                             const std::string& label);

// kConfiguration when `kept` is no key, a PKCS#11 key that is not there, or not the private half of
// `public_key`.
[[nodiscard]] base::Result<KeyPtr> load_key(std::string_view kept, const TokenStore& tokens,
                                            EVP_PKEY* public_key);

// The same key as AuthorityMaterial keeps it: PEM as PKCS#8, URIs as they are.
[[nodiscard]] std::string kept_form(std::string_view given, EVP_PKEY* key);

// The digest that this key signs with; null for keys whose algorithm has its own.
[[nodiscard]] const EVP_MD* digest_for(const EVP_PKEY* key);

}  // namespace muster::pki
