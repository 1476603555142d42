// What certificates say, and the forms in which they travel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"

namespace muster::pki {

struct CertificateFacts {
  std::string serial;        // lower-case hex, an even number of digits, as in the DER
  std::string subject;       // Name, DER
  std::string common_name;   // UTF-8; empty if there is none
  std::string organization;  // UTF-8; empty if there is none
  std::optional<std::string> alternative_names;  // value of subjectAltName, DER
  std::string key_hash;                          // SHA-256 of SubjectPublicKeyInfo
  base::Timestamp not_before;
  base::Timestamp not_after;
};

// kBadRequest when `der` is not one certificate.
[[nodiscard]] base::Result<CertificateFacts> read_certificate(std::string_view der);

// Whether two DER Names are equal as RFC 5280 §7.1 compares them.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

// Degenerate SignedData that holds certificates and nothing else (RFC 5652 §5.1, RFC 7030 §4.1.3).
[[nodiscard]] base::Result<std::string> certs_only(const std::vector<std::string>& certificates);

// Certificates in PEM to DER, one or more. kConfiguration when there is none or one is malformed.
[[nodiscard]] base::Result<std::vector<std::string>> certificates_in_pem(std::string_view pem);
[[nodiscard]] std::string to_pem(std::string_view certificate);

}  // namespace muster::pki
