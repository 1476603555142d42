// Octets as certificate requests: refused with a reason, or read into what the header promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/encoding.h"
#include "base/random.h"
#include "pki/certificate.h"
#include "pki/certificate_request.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  static const pki::KeyPolicy kPolicy = [] {
    pki::KeyPolicy policy;
    policy.allowed.insert(pki::KeyType::kEd25519);
    return policy;
  }();
  const std::string_view der(reinterpret_cast<const char*>(data), size);
  const auto read = pki::read_certificate_request(der, kPolicy);
  if (!read) {
    require(read.error().code == base::ErrorCode::kBadRequest && !read.error().message.empty());
  } else {
    require(read->key_hash == base::sha256(read->public_key));
    require(der.find(read->public_key) != std::string_view::npos);
    require(der.find(read->subject) != std::string_view::npos);
    require(pki::same_name(read->subject, read->subject));
    require(base::is_utf8(read->subject_serial_number));
    require(base::is_utf8(read->device_facts.value_or("")));
    require(base::is_utf8(read->challenge_password.value_or("")));
  }
  // The other readers of certificates take the same octets.
  const auto certificate = pki::read_certificate(der);
  if (certificate)
    require(certificate->key_hash.size() == 32 && certificate->serial.size() % 2 == 0);
  static_cast<void>(pki::certificates_in_pem(der));
  return 0;
}
