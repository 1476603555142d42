// Answers of an OCSP responder (RFC 6960), signed by the issuing authority itself.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pki/authority.h"

namespace muster::pki {

struct CertificateStatus {
  enum class Kind : std::uint8_t { kGood, kRevoked, kUnknown };
  Kind kind = Kind::kUnknown;
  RevokedCertificate revocation = {};  // for kRevoked
};

// What is known of a certificate that `authority` may have issued. May fail as a store may.
using StatusLookup = std::function<base::Result<CertificateStatus>(const Authority& authority,
                                                                   std::string_view serial)>;

// A DER OCSPResponse for a DER OCSPRequest of up to 16 certificates. What is malformed, or about
// authorities that are not among `authorities`, gets the error response of RFC 6960 §2.3; a nonce
// (RFC 8954, up to 32 octets) comes back. Fails as `lookup` fails.
[[nodiscard]] base::Result<std::string> answer_ocsp(
    std::string_view request, const std::vector<std::shared_ptr<const Authority>>& authorities,
    const StatusLookup& lookup, base::Timestamp now, std::chrono::seconds validity);

}  // namespace muster::pki
