#include "base/secret.h"

#include <openssl/crypto.h>

namespace muster::base {

Secret::~Secret() {
  OPENSSL_cleanse(text_.data(), text_.size());
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace muster::base
