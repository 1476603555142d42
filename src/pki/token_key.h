// Keys in PKCS#11 tokens (OASIS PKCS #11 2.40), named by URIs (RFC 7512); for this module alone.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "pki/private_key.h"

namespace muster::pki {

// A key pair that the token makes and never gives away; `kept` is its URI. kConfiguration, saying
// which step failed.
[[nodiscard]] base::Result<KeptKey> make_token_key(KeyType type, const TokenStore& tokens,
                                                   const std::string& label);

// A key that has `public_key` and signs in the token. kConfiguration when it is not there or does
// not sign for that public key.
[[nodiscard]] base::Result<KeyPtr> load_token_key(std::string_view uri, const TokenStore& tokens,
                                                  EVP_PKEY* public_key);

}  // namespace muster::pki
