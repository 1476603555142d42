#include "auth/client_secret.h"

#include "base/encoding.h"
#include "base/random.h"

namespace muster::auth {
namespace {

constexpr std::size_t kSecretOctets = 32;
constexpr std::string_view kScheme = "sha256$";

}  // namespace

base::Secret make_client_secret() {
  return base::Secret(base::base64url(base::random_octets(kSecretOctets)));
}

std::string hash_client_secret(std::string_view secret) {
  return std::string(kScheme) + base::hex(base::sha256(secret));
}

bool client_secret_matches(std::string_view secret, std::string_view hash) {
  return base::equal_in_constant_time(hash_client_secret(secret), hash);
}

}  // namespace muster::auth
