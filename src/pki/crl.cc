// Lists of revoked certificates (RFC 5280 §5). They hold all that their authority revoked, so they
// have no issuing distribution point (§5.2.5).
#include "pki/asn1.h"
#include "pki/authority.h"
#include "pki/authority_impl.h"
#include "pki/openssl_ptr.h"
#include "pki/private_key.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

struct Dates {
  base::Timestamp now;
  base::Timestamp next;
};

bool begin(X509_CRL* crl, X509* issuer, const Dates& dates) {
  const TimePtr from = asn1_time(dates.now);
  const TimePtr to = asn1_time(dates.next);
  return crl != nullptr && from != nullptr && to != nullptr &&
         X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
         X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) == 1 &&
         X509_CRL_set1_lastUpdate(crl, from.get()) == 1 &&
         X509_CRL_set1_nextUpdate(crl, to.get()) == 1;
}

bool add_extensions(X509_CRL* crl, X509* issuer, std::uint64_t number) {
  const IntegerPtr count(ASN1_INTEGER_new());
  const base::Owner<AUTHORITY_KEYID, AUTHORITY_KEYID_free> identifier(AUTHORITY_KEYID_new());
  const ASN1_OCTET_STRING* key = X509_get0_subject_key_id(issuer);
  if (count == nullptr || identifier == nullptr || key == nullptr) return false;
  identifier->keyid = ASN1_OCTET_STRING_dup(key);
  return identifier->keyid != nullptr && ASN1_INTEGER_set_uint64(count.get(), number) == 1 &&
         X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, identifier.get(), 0,
                               X509V3_ADD_DEFAULT) == 1 &&
         X509_CRL_add1_ext_i2d(crl, NID_crl_number, count.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_reason(X509_REVOKED* entry, RevocationReason reason) {
  // "Unspecified" is said by silence (§5.3.1).
  if (reason == RevocationReason::kUnspecified) return true;
  const base::Owner<ASN1_ENUMERATED, ASN1_ENUMERATED_free> code(ASN1_ENUMERATED_new());
  return code != nullptr && ASN1_ENUMERATED_set(code.get(), static_cast<long>(reason)) == 1 &&
         X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_entry(X509_CRL* crl, const RevokedCertificate& revoked) {
  base::Owner<X509_REVOKED, X509_REVOKED_free> entry(X509_REVOKED_new());
  const IntegerPtr serial = serial_number(revoked.serial);
  const TimePtr when = asn1_time(revoked.revoked);
  const bool made = entry != nullptr && serial != nullptr && when != nullptr &&
                    X509_REVOKED_set_serialNumber(entry.get(), serial.get()) == 1 &&
                    X509_REVOKED_set_revocationDate(entry.get(), when.get()) == 1 &&
                    add_reason(entry.get(), revoked.reason) &&
                    X509_CRL_add0_revoked(crl, entry.get()) == 1;
  if (made) static_cast<void>(entry.release());  // the list owns it now
  return made;
}

base::Result<std::string> sign_list(X509* issuer, EVP_PKEY* key,
                                    std::span<const RevokedCertificate> revoked,
                                    std::uint64_t number, const Dates& dates) {
  const ErrorQueue queue;
  const CrlPtr crl(X509_CRL_new());
  bool made = begin(crl.get(), issuer, dates) && add_extensions(crl.get(), issuer, number);
  for (const RevokedCertificate& one : revoked) made = made && add_entry(crl.get(), one);
  made =
      made && X509_CRL_sort(crl.get()) == 1 && X509_CRL_sign(crl.get(), key, digest_for(key)) > 0;
  if (!made) return fail(ErrorCode::kInternal, "The revocation list could not be made.");
  return der_of<i2d_X509_CRL>(crl.get());
}

}  // namespace

base::Result<std::string> Authority::sign_crl(std::span<const RevokedCertificate> revoked,
                                              std::uint64_t number, base::Timestamp now,
                                              base::Timestamp next) const {
  return sign_list(impl_->issuing.get(), impl_->issuing_key.get(), revoked, number, {now, next});
}

base::Result<std::string> Authority::sign_root_crl(std::uint64_t number, base::Timestamp now,
                                                   base::Timestamp next) const {
  if (impl_->root_key == nullptr) {
    return fail(ErrorCode::kNotFound, "The key of the root is kept elsewhere.");
  }
  return sign_list(impl_->root.get(), impl_->root_key.get(), {}, number, {now, next});
}

}  // namespace muster::pki
