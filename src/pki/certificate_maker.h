// The parts of which certificates are made; for this module alone.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

// As CertificateFacts::serial: 16 octets, of which all bits but the first two are random.
[[nodiscard]] std::string random_serial();

// A certificate in the making. Steps that fail are remembered and come out of sign().
class CertificateMaker {
 public:
  struct Dates {
    base::Timestamp not_before;
    base::Timestamp not_after;
  };

  // `issuer` is null for a certificate that signs itself. Both must outlive this. The serial number
  // is 16 random octets.
  CertificateMaker(const X509_NAME* subject, EVP_PKEY* key, X509* issuer, Dates dates);
  // For a key that was checked as a SubjectPublicKeyInfo; it is carried, not decoded.
  CertificateMaker(const X509_NAME* subject, std::string_view spki, X509* issuer, Dates dates);

  // By OpenSSL's configuration text, so for constants alone: nothing from outside may stand in it.
  void add(int kind, const char* value);
  void add_key_identifiers();
  void add_uri_name(const std::string& uri);
  void add_crl_location(const std::string& url);
  // No responder when `ocsp` is empty.
  void add_access(const std::string& ocsp, const std::string& issuer);

  // kInternal when a step failed.
  [[nodiscard]] base::Result<CertificatePtr> sign(EVP_PKEY* key) &&;

 private:
  CertificateMaker(const X509_NAME* subject, X509* issuer, Dates dates);
  void note(bool done) { good_ = good_ && done; }
  [[nodiscard]] X509* issuer() const { return issuer_ != nullptr ? issuer_ : made_.get(); }

  CertificatePtr made_;
  X509* issuer_;
  bool good_ = true;
};

// A name of these attributes, in this order; empty values and control characters are left out, and
// what is longer than X.520 allows is cut. Null without memory.
struct NameParts {
  std::string organization;
  std::string unit;
  std::string common_name;
};
[[nodiscard]] NamePtr make_name(const NameParts& parts);

}  // namespace muster::pki
