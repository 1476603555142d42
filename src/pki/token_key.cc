#include "pki/token_key.h"

namespace muster::pki {

base::Result<KeptKey> make_token_key(KeyType, const TokenStore&, const std::string&) {
  return base::fail(base::ErrorCode::kConfiguration, "PKCS #11 is not built in.");
}

base::Result<KeyPtr> load_token_key(std::string_view, const TokenStore&, EVP_PKEY*) {
  return base::fail(base::ErrorCode::kConfiguration, "PKCS #11 is not built in.");
}

}  // namespace muster::pki
