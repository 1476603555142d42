// Faults that RSA keys have when their primes were made badly; for key_policy.cc and its test.
#pragma once

#include <string_view>

#include <openssl/bn.h>

namespace muster::pki {

// What is wrong with a modulus of at most 4096 bits; empty if nothing is found. A few milliseconds.
[[nodiscard]] std::string_view rsa_weakness(const BIGNUM* modulus);

}  // namespace muster::pki
