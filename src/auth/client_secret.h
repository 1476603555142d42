// Secrets of applications: made here, shown once, kept as a digest.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace muster::auth {

// 256 random bits as 43 characters of [A-Za-z0-9_-]: the same raw and form-encoded, so both
// readings of HTTP Basic (RFC 6749 §2.3.1) agree.
[[nodiscard]] base::Secret make_client_secret();

// "sha256$" + 64 hex digits. A plain digest, not bcrypt: slow hashes protect secrets that people
// choose; 256 random bits cannot be guessed at any speed, and a slow hash would let strangers burn
// the CPU by failing to log in.
[[nodiscard]] std::string hash_client_secret(std::string_view secret);

// Constant time for a given length of `secret`. A hash of another form matches nothing.
[[nodiscard]] bool client_secret_matches(std::string_view secret, std::string_view hash);

}  // namespace muster::auth
