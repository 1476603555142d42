#include "pki/device_request.h"

#include <utility>

#include <openssl/objects.h>
#include <openssl/pem.h>

#include "base/random.h"
#include "pki/certificate_request.h"
#include "pki/openssl_ptr.h"
#include "pki/plain_key.h"

namespace muster::pki {
namespace {

using base::ErrorCode;

// Of certificates that somebody else owns.
void free_stack(STACK_OF(X509) * stack) {
  sk_X509_free(stack);
}
using StackPtr = base::Owner<STACK_OF(X509), free_stack>;
using ObjectPtr = base::Owner<ASN1_OBJECT, ASN1_OBJECT_free>;

CertificatePtr parse_certificate(std::string_view der) {
  return from_der<CertificatePtr, d2i_X509>(der);
}

std::string key_pin(const X509* certificate) {
  return base::sha256(der_of<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(certificate)));
}

bool add_facts(X509_REQ* request, std::string_view facts) {
  const ObjectPtr name(OBJ_txt2obj(kDeviceFactsOid, 1));
  return name && X509_REQ_add1_attr_by_OBJ(request, name.get(), V_ASN1_UTF8STRING, octets(facts),
                                           static_cast<int>(facts.size())) == 1;
}

// Asks for the subjectAltName that `certificate` has, if it has one.
bool add_alternative_names(X509_REQ* request, const X509* certificate) {
  const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  if (at < 0) return true;
  ExtensionsPtr wanted(sk_X509_EXTENSION_new_null());
  X509_EXTENSION* copy = X509_EXTENSION_dup(X509_get_ext(certificate, at));
  if (!wanted || copy == nullptr || sk_X509_EXTENSION_push(wanted.get(), copy) == 0) {
    X509_EXTENSION_free(copy);
    return false;
  }
  return X509_REQ_add_extensions(request, wanted.get()) == 1;
}

// Null unless it is SignedData.
const STACK_OF(X509) * certificates_of(const PKCS7* message) {
  if (message == nullptr || !PKCS7_type_is_signed(message)) return nullptr;
  return message->d.sign != nullptr ? message->d.sign->cert : nullptr;
}

base::Error no_pkcs7() {
  return base::fail(ErrorCode::kBadRequest, "This is not a PKCS#7 of certificates.");
}

base::Result<std::string> signed_request(X509_REQ* request, const DeviceKey& key) {
  if (!put_public_key(X509_REQ_get_X509_PUBKEY(request), key.public_key()) ||
      X509_REQ_sign(request, key.get(), EVP_sha256()) <= 0) {
    return base::fail(ErrorCode::kInternal, "A certificate request cannot be signed.");
  }
  return der_of<i2d_X509_REQ>(request);
}

}  // namespace

base::Result<DeviceKey> DeviceKey::make() {
  DeviceKey made;
  made.key_.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (made.key_) made.spki_ = usual_p256_form(made.get());
  if (made.spki_.empty()) return base::fail(ErrorCode::kInternal, "A key cannot be made.");
  return made;
}

std::string DeviceKey::pem() const {
  const BioPtr out(BIO_new(BIO_s_mem()));
  char* data = nullptr;
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                            nullptr) != 1) {
    return {};
  }
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

base::Result<std::string> request_enrollment(const DeviceKey& key, std::string_view common_name,
                                             std::string_view facts) {
  const RequestPtr request(X509_REQ_new());
  const NamePtr name(X509_NAME_new());
  if (!request || !name ||
      X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, octets(common_name),
                                 static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_REQ_set_subject_name(request.get(), name.get()) != 1 ||
      !add_facts(request.get(), facts)) {
    return base::fail(ErrorCode::kInternal, "A certificate request cannot be made.");
  }
  return signed_request(request.get(), key);
}

base::Result<std::string> request_renewal(const DeviceKey& key, std::string_view certificate) {
  const CertificatePtr old = parse_certificate(certificate);
  if (!old) return base::fail(ErrorCode::kBadRequest, "This is not a certificate.");
  const RequestPtr request(X509_REQ_new());
  if (!request || X509_REQ_set_subject_name(request.get(), X509_get_subject_name(old.get())) != 1 ||
      !add_alternative_names(request.get(), old.get())) {
    return base::fail(ErrorCode::kInternal, "A certificate request cannot be made.");
  }
  return signed_request(request.get(), key);
}

base::Result<std::vector<std::string>> certificates_in(std::string_view pkcs7) {
  const ErrorQueue queue;
  const auto parsed = from_der<Pkcs7Ptr, d2i_PKCS7>(pkcs7);
  const STACK_OF(X509)* found = certificates_of(parsed.get());
  if (found == nullptr) return no_pkcs7();
  std::vector<std::string> all(static_cast<std::size_t>(sk_X509_num(found)));
  for (int i = 0; i < sk_X509_num(found); ++i) {
    all[static_cast<std::size_t>(i)] = der_of<i2d_X509>(sk_X509_value(found, i));
  }
  return all;
}

base::Result<std::string> certificate_for(const DeviceKey& key, std::string_view pkcs7) {
  const ErrorQueue queue;
  const auto parsed = from_der<Pkcs7Ptr, d2i_PKCS7>(pkcs7);
  const STACK_OF(X509)* found = certificates_of(parsed.get());
  if (found == nullptr) return no_pkcs7();
  X509* certificate = sk_X509_num(found) == 1 ? sk_X509_value(found, 0) : nullptr;
  if (certificate == nullptr ||
      der_of<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(certificate)) != key.public_key()) {
    return base::fail(ErrorCode::kBadRequest, "This is not one certificate for the key.");
  }
  return der_of<i2d_X509>(certificate);
}

int verify_by_pin(x509_store_ctx_st* context, std::string_view pin) {
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(context);
  const StackPtr trusted(sk_X509_new_null());
  if (!trusted) return 0;
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    X509* certificate = sk_X509_value(sent, i);
    if (key_pin(certificate) == pin) sk_X509_push(trusted.get(), certificate);
  }
  if (sk_X509_num(trusted.get()) == 0) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
  }
  X509_STORE_CTX_set0_trusted_stack(context, trusted.get());
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  const int verdict = X509_verify_cert(context);
  X509_STORE_CTX_set0_trusted_stack(context, nullptr);  // ends here, before the context does
  return verdict == 1 ? 1 : 0;
}

}  // namespace muster::pki
