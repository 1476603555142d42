// Public keys as octets. OpenSSL 3 decodes and encodes a key through its providers, which takes as
// long as ten signatures; where a key is only carried, nothing is decoded. For this module alone.
#pragma once

#include <string>
#include <string_view>

#include "pki/key_policy.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

// Puts a SubjectPublicKeyInfo whose parameters are a name, NULL or absent into `to`, octet for
// octet. False when it is none.
[[nodiscard]] bool put_public_key(X509_PUBKEY* to, std::string_view spki);

// Whether this is the one encoding of an EC key of that type that has a named curve and an
// uncompressed point (RFC 5480 §2); the point is not looked at.
[[nodiscard]] bool is_usual_ec_form(KeyType type, std::string_view spki);

// The SubjectPublicKeyInfo of an EC P-256 key. Empty for any other.
[[nodiscard]] std::string usual_p256_form(EVP_PKEY* key);

}  // namespace muster::pki
