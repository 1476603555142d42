// Owning pointers to OpenSSL's objects, and octets in and out of them; for this module alone.
#pragma once

#include <string>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/owner.h"

namespace muster::pki {

inline void free_general_names(GENERAL_NAMES* names) {
  GENERAL_NAMES_free(names);
}
inline void free_extensions(STACK_OF(X509_EXTENSION) * extensions) {
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}
inline void free_any_sequence(ASN1_SEQUENCE_ANY* sequence) {
  sk_ASN1_TYPE_pop_free(sequence, ASN1_TYPE_free);
}
inline void free_octets(unsigned char* octets) {
  OPENSSL_free(octets);
}

using AnySequencePtr = base::Owner<ASN1_SEQUENCE_ANY, free_any_sequence>;
using BignumContextPtr = base::Owner<BN_CTX, BN_CTX_free>;
using BignumPtr = base::Owner<BIGNUM, BN_free>;
using BioPtr = base::Owner<BIO, BIO_free_all>;
using CertificatePtr = base::Owner<X509, X509_free>;
using CrlPtr = base::Owner<X509_CRL, X509_CRL_free>;
using ExtensionsPtr = base::Owner<STACK_OF(X509_EXTENSION), free_extensions>;
using GeneralNamePtr = base::Owner<GENERAL_NAME, GENERAL_NAME_free>;
using GeneralNamesPtr = base::Owner<GENERAL_NAMES, free_general_names>;
using IntegerPtr = base::Owner<ASN1_INTEGER, ASN1_INTEGER_free>;
using KeyContextPtr = base::Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using KeyPtr = base::Owner<EVP_PKEY, EVP_PKEY_free>;
using NamePtr = base::Owner<X509_NAME, X509_NAME_free>;
using OctetStringPtr = base::Owner<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using OctetsPtr = base::Owner<unsigned char, free_octets>;
using Pkcs7Ptr = base::Owner<PKCS7, PKCS7_free>;
using PublicKeyPtr = base::Owner<X509_PUBKEY, X509_PUBKEY_free>;
using RequestPtr = base::Owner<X509_REQ, X509_REQ_free>;
using TimePtr = base::Owner<ASN1_TIME, ASN1_TIME_free>;

// Empties this thread's error queue at the end of a scope: connections of TLS read the same queue.
class ErrorQueue {
 public:
  ErrorQueue() = default;
  ~ErrorQueue() { ERR_clear_error(); }
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;
};

[[nodiscard]] inline const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

[[nodiscard]] inline std::string text_of(const unsigned char* data, int size) {
  if (size <= 0) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

[[nodiscard]] inline std::string text_of(const ASN1_STRING* value) {
  return text_of(ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
}

// kEncode is one of OpenSSL's i2d functions. Empty without memory, or when the object
// holds what was decoded from no DER.
template <auto kEncode, typename T>
[[nodiscard]] std::string der_of(T* object) {
  unsigned char* data = nullptr;
  const int size = kEncode(object, &data);
  const OctetsPtr owner(data);
  return text_of(data, size);
}

// kDecode is one of OpenSSL's d2i functions. Null unless `der` is one object and nothing after it.
template <typename Ptr, auto kDecode>
[[nodiscard]] Ptr from_der(std::string_view der) {
  const unsigned char* at = octets(der);
  const unsigned char* end = at + der.size();
  Ptr object(kDecode(nullptr, &at, static_cast<long>(der.size())));
  if (at != end) object.reset();
  return object;
}

}  // namespace muster::pki
