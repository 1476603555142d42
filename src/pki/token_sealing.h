// Small secrets sealed under a secret key in a PKCS#11 token, which never gives the key away.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "pki/authority.h"

namespace muster::pki {

// AES-256-GCM (CKM_AES_GCM) under the one secret key that `uri` (RFC 7512) names: nonce ‖
// ciphertext ‖ tag. `context` is authenticated, not stored. A session and a log-in each: for what
// is rare. kConfiguration, saying which step failed.
[[nodiscard]] base::Result<std::string> token_seal(std::string_view uri, const TokenStore& tokens,
                                                   std::string_view context,
                                                   std::string_view plain);
// Errors as above; also when the value was altered or sealed under another key.
[[nodiscard]] base::Result<std::string> token_open(std::string_view uri, const TokenStore& tokens,
                                                   std::string_view context,
                                                   std::string_view sealed);

}  // namespace muster::pki
