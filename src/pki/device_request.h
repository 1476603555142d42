// The device's side of an enrolment: its key, its certificate requests, and what comes back. The
// server's side is certificate_request.h and certificate.h. Octets are DER where nothing else is
// said.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct evp_pkey_st;        // EVP_PKEY of OpenSSL
struct x509_store_ctx_st;  // X509_STORE_CTX

namespace muster::pki {

// A private key of EC P-256. Copies share it; immutable, thread-safe.
class DeviceKey {
 public:
  [[nodiscard]] static base::Result<DeviceKey> make();

  [[nodiscard]] std::string pem() const;                                 // PKCS#8, not encrypted
  [[nodiscard]] const std::string& public_key() const { return spki_; }  // SubjectPublicKeyInfo
  [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::string spki_;
};

// PKCS#10, signed with `key` and SHA-256. `common_name` and `facts` are UTF-8; `facts` becomes the
// attribute kDeviceFactsOid.
[[nodiscard]] base::Result<std::string> request_enrollment(const DeviceKey& key,
                                                           std::string_view common_name,
                                                           std::string_view facts);
// The same for a device that has a certificate: subject and subjectAltName are that one's (RFC 7030
// §4.2.2). kBadRequest when `certificate` is none.
[[nodiscard]] base::Result<std::string> request_renewal(const DeviceKey& key,
                                                        std::string_view certificate);

// The certificates of a PKCS#7 SignedData, in its order. kBadRequest when it is none.
[[nodiscard]] base::Result<std::vector<std::string>> certificates_in(std::string_view pkcs7);

// The one certificate that `pkcs7` holds, if it is for `key`; else kBadRequest.
[[nodiscard]] base::Result<std::string> certificate_for(const DeviceKey& key,
                                                        std::string_view pkcs7);

// For SSL_CTX_set_cert_verify_callback: verifies the peer's chain up to a certificate that it sent
// and whose SubjectPublicKeyInfo has the SHA-256 `pin`, 32 octets. No other authority is trusted.
// 1 when the chain is good, else 0 with the reason in the context.
[[nodiscard]] int verify_by_pin(x509_store_ctx_st* context, std::string_view pin);

}  // namespace muster::pki
