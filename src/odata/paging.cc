#include "odata/paging.h"

#include "base/encoding.h"
#include "base/random.h"
#include "base/secret.h"

namespace muster::odata {
namespace {

constexpr std::size_t kSignatureSize = 16;

std::string sign(std::string_view signing_key, std::string_view tenant, const edm::EntitySet& set,
                 std::string_view last_key) {
  std::string text(tenant);
  text += '\0';
  text += set.name;
  text += '\0';
  text += last_key;
  return base::hmac_sha256(signing_key, text).substr(0, kSignatureSize);
}

}  // namespace

std::string make_skip_token(std::string_view signing_key, std::string_view tenant,
                            const edm::EntitySet& set, std::string_view last_key) {
  return base::base64url(sign(signing_key, tenant, set, last_key) + std::string(last_key));
}

base::Result<std::string> read_skip_token(std::string_view signing_key, std::string_view tenant,
                                          const edm::EntitySet& set, std::string_view token) {
  const auto octets = base::decode_base64(token);
  if (octets && octets->size() > kSignatureSize) {
    std::string last_key = octets->substr(kSignatureSize);
    const std::string expected = sign(signing_key, tenant, set, last_key);
    if (base::equal_in_constant_time(expected, octets->substr(0, kSignatureSize))) return last_key;
  }
  return base::fail(base::ErrorCode::kInvalidQuery,
                    "The query option '$skiptoken' was not made by this service for this list.",
                    "$skiptoken");
}

}  // namespace muster::odata
