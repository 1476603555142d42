#include "pki/certificate.h"

#include <algorithm>

#include <openssl/objects.h>
#include <openssl/pem.h>

#include "base/random.h"
#include "pki/asn1.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

// The attribute that counts where a certificate of elsewhere has several: the last, which is the
// most specific.
std::string last_attribute(const X509_NAME* name, int nid) {
  int found = -1;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, nid, at)) {
    found = at;
  }
  if (found < 0) return {};
  return utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, found))).value_or("");
}

std::optional<std::string> alternative_names(const X509* certificate) {
  const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  if (at < 0) return std::nullopt;
  return text_of(X509_EXTENSION_get_data(X509_get_ext(certificate, at)));
}

constexpr char kSequenceTag = 0x30;

// A constructed value of that tag (X.690 §8.1).
std::string wrapped(int tag, int tag_class, std::string_view content) {
  const int size = static_cast<int>(content.size());
  std::string out(static_cast<std::size_t>(ASN1_object_size(1, size, tag)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(out.data());
  ASN1_put_object(&at, 1, size, tag, tag_class);
  std::ranges::copy(content, reinterpret_cast<char*>(at));
  return out;
}

std::string object(int nid) {
  return der_of<i2d_ASN1_OBJECT>(OBJ_nid2obj(nid));
}

}  // namespace

base::Result<CertificateFacts> read_certificate(std::string_view der) {
  const ErrorQueue queue;
  const auto certificate = from_der<CertificatePtr, d2i_X509>(der);
  if (certificate == nullptr) {
    return fail(ErrorCode::kBadRequest, "This is not one certificate in DER.");
  }
  const X509* read = certificate.get();
  const X509_NAME* subject = X509_get_subject_name(read);
  CertificateFacts facts;
  facts.serial = serial_text(X509_get0_serialNumber(read));
  facts.subject = der_of<i2d_X509_NAME>(subject);
  facts.common_name = last_attribute(subject, NID_commonName);
  facts.organization = last_attribute(subject, NID_organizationName);
  facts.alternative_names = alternative_names(read);
  facts.key_hash = base::sha256(der_of<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(read)));
  facts.not_before = timestamp_of(X509_get0_notBefore(read));
  facts.not_after = timestamp_of(X509_get0_notAfter(read));
  return facts;
}

bool same_name(std::string_view a, std::string_view b) {
  const ErrorQueue queue;
  const auto first = from_der<NamePtr, d2i_X509_NAME>(a);
  const auto second = from_der<NamePtr, d2i_X509_NAME>(b);
  return first != nullptr && second != nullptr && X509_NAME_cmp(first.get(), second.get()) == 0;
}

base::Result<std::string> certs_only(const std::vector<std::string>& certificates) {
  std::string all;
  for (const std::string& der : certificates) {
    if (!is_der(der) || !der.starts_with(kSequenceTag)) {
      return fail(ErrorCode::kInternal, "The certificates could not be put into PKCS #7.");
    }
    all += der;
  }
  const std::string data = wrapped(V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, object(NID_pkcs7_data));
  const std::string none = wrapped(V_ASN1_SET, V_ASN1_UNIVERSAL, {});
  const std::string version("\x02\x01\x01", 3);
  const std::string content =
      wrapped(V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL,
              version + none + data + wrapped(0, V_ASN1_CONTEXT_SPECIFIC, all) + none);
  return wrapped(V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL,
                 object(NID_pkcs7_signed) + wrapped(0, V_ASN1_CONTEXT_SPECIFIC, content));
}

base::Result<std::vector<std::string>> certificates_in_pem(std::string_view pem) {
  const ErrorQueue queue;
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<std::string> found;
  while (
      const CertificatePtr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    found.push_back(der_of<i2d_X509>(certificate.get()));
  }
  const bool at_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (found.empty() || !at_the_end) {
    return fail(ErrorCode::kConfiguration, "These are not certificates in PEM.");
  }
  return found;
}

std::string to_pem(std::string_view certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio(bio.get(), PEM_STRING_X509, "", octets(certificate),
                static_cast<long>(certificate.size()));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace muster::pki
