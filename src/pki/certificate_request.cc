#include "pki/certificate_request.h"

#include <array>

#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "base/encoding.h"
#include "base/random.h"
#include "pki/asn1.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {
namespace {

constexpr std::size_t kLongestCommonName = 64;  // ub-common-name of RFC 5280, in characters
constexpr int kLongestChain = 16;

base::Error refused(std::string why) {
  return base::fail(base::ErrorCode::kBadRequest, std::move(why));
}

bool is_strong(int digest) {
  return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

// RSASSA-PSS names its digest in parameters whose default is SHA-1 (RFC 8017 §A.2.3).
bool is_strong_pss(const X509_ALGOR* algorithm) {
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(nullptr, &type, &value, algorithm);
  if (type != V_ASN1_SEQUENCE) return false;
  const base::Owner<RSA_PSS_PARAMS, RSA_PSS_PARAMS_free> parameters(static_cast<RSA_PSS_PARAMS*>(
      ASN1_item_unpack(static_cast<const ASN1_STRING*>(value), ASN1_ITEM_rptr(RSA_PSS_PARAMS))));
  if (parameters == nullptr || parameters->hashAlgorithm == nullptr) return false;
  return is_strong(OBJ_obj2nid(parameters->hashAlgorithm->algorithm));
}

bool has_strong_signature(const X509_REQ* request) {
  const int nid = X509_REQ_get_signature_nid(request);
  if (nid == NID_ED25519) return true;
  if (nid == NID_rsassaPss) {
    const X509_ALGOR* algorithm = nullptr;
    X509_REQ_get0_signature(request, nullptr, &algorithm);
    return is_strong_pss(algorithm);
  }
  int digest = NID_undef;
  return OBJ_find_sigid_algs(nid, &digest, nullptr) == 1 && is_strong(digest);
}

base::Status check_key(X509_REQ* request, const KeyPolicy& policy, CertificateRequest& out) {
  out.public_key = der_of<i2d_X509_PUBKEY>(X509_REQ_get_X509_PUBKEY(request));
  out.key_hash = base::sha256(out.public_key);
  EVP_PKEY* key = X509_REQ_get0_pubkey(request);
  if (key == nullptr) return refused("The public key of the request cannot be read.");
  MUSTER_TRY(check_public_key(key, out.public_key, policy));
  if (!has_strong_signature(request)) {
    return refused("The request is not signed with SHA-256, SHA-384 or SHA-512.");
  }
  if (X509_REQ_verify(request, key) != 1) {
    return refused("The request is not signed with its own key.");
  }
  return base::done();
}

base::Status read_subject(const X509_REQ* request, CertificateRequest& out) {
  const X509_NAME* name = X509_REQ_get_subject_name(request);
  out.subject = der_of<i2d_X509_NAME>(name);
  for (int index = 0; index < X509_NAME_entry_count(name); ++index) {
    const auto text = utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
    if (!text || has_control_characters(*text)) {
      return refused("The subject has a value that is no text or holds control characters.");
    }
  }
  const auto common_name = name_attribute(name, NID_commonName);
  if (!common_name) return refused("The subject has two common names.");
  if (characters_of(*common_name) > kLongestCommonName) {
    return refused("The common name of the subject is longer than 64 characters.");
  }
  auto serial_number = name_attribute(name, NID_serialNumber);
  if (!serial_number) return refused("The subject has two serial numbers.");
  out.subject_serial_number = *std::move(serial_number);
  return base::done();
}

// The extensions a request asks for; of them only subjectAltName means anything.
base::Status read_extensions(const ASN1_TYPE* value, CertificateRequest& out) {
  if (value->type != V_ASN1_SEQUENCE) return refused("The extension request is malformed.");
  const ExtensionsPtr extensions(static_cast<STACK_OF(X509_EXTENSION)*>(
      ASN1_item_unpack(value->value.sequence, ASN1_ITEM_rptr(X509_EXTENSIONS))));
  if (extensions == nullptr) return refused("The extension request is malformed.");
  const int count = sk_X509_EXTENSION_num(extensions.get());
  for (int index = 0; index < count; ++index) {
    X509_EXTENSION* extension = sk_X509_EXTENSION_value(extensions.get(), index);
    const ASN1_OBJECT* kind = X509_EXTENSION_get_object(extension);
    if (X509v3_get_ext_by_OBJ(extensions.get(), kind, index) >= 0) {
      return refused("The extension request has an extension twice.");
    }
    if (OBJ_obj2nid(kind) != NID_subject_alt_name) continue;
    std::string names = text_of(X509_EXTENSION_get_data(extension));
    if (!is_der(names) || from_der<GeneralNamesPtr, d2i_GENERAL_NAMES>(names) == nullptr) {
      return refused("The subjectAltName that the request asks for is malformed.");
    }
    out.alternative_names = std::move(names);
  }
  return base::done();
}

base::Status read_challenge(const ASN1_TYPE* value, CertificateRequest& out) {
  const bool is_text =
      value->type != V_ASN1_BOOLEAN && value->type != V_ASN1_NULL && value->type != V_ASN1_OBJECT;
  auto text = is_text ? utf8_of(value->value.asn1_string) : std::nullopt;
  if (!text) return refused("The challengePassword is no text.");
  out.challenge_password = std::move(text);
  return base::done();
}

base::Status read_facts(const ASN1_TYPE* value, CertificateRequest& out) {
  if (value->type != V_ASN1_UTF8STRING || !base::is_utf8(text_of(value->value.utf8string))) {
    return refused("The device facts are no UTF8String.");
  }
  out.device_facts = text_of(value->value.utf8string);
  return base::done();
}

base::Status read_chain(const ASN1_TYPE* value, CertificateRequest& out) {
  const auto malformed = [] { return refused("The key attestation is no list of certificates."); };
  if (value->type != V_ASN1_SEQUENCE) return malformed();
  const auto sequence =
      from_der<AnySequencePtr, d2i_ASN1_SEQUENCE_ANY>(text_of(value->value.sequence));
  const int count = sequence == nullptr ? 0 : sk_ASN1_TYPE_num(sequence.get());
  if (count < 1 || count > kLongestChain) return malformed();
  for (int index = 0; index < count; ++index) {
    const ASN1_TYPE* certificate = sk_ASN1_TYPE_value(sequence.get(), index);
    if (certificate->type != V_ASN1_SEQUENCE) return malformed();
    out.attestation_chain.push_back(text_of(certificate->value.sequence));
  }
  return base::done();
}

using ReadAttribute = base::Status (*)(const ASN1_TYPE*, CertificateRequest&);

struct KnownAttribute {
  const char* oid;
  ReadAttribute read;
};
constexpr std::array kKnownAttributes = {
    KnownAttribute{"1.2.840.113549.1.9.7", read_challenge},
    KnownAttribute{"1.2.840.113549.1.9.14", read_extensions},
    KnownAttribute{kDeviceFactsOid, read_facts},
    KnownAttribute{kKeyAttestationOid, read_chain},
};

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), object, 1);
  return size <= 0 ? std::string() : std::string(text.data());
}

base::Status read_attribute(X509_ATTRIBUTE* attribute, CertificateRequest& out) {
  const std::string oid = oid_text(X509_ATTRIBUTE_get0_object(attribute));
  for (const KnownAttribute& known : kKnownAttributes) {
    if (oid != known.oid) continue;
    if (X509_ATTRIBUTE_count(attribute) != 1) {
      return refused("The attribute " + oid + " must have one value.");
    }
    return known.read(X509_ATTRIBUTE_get0_type(attribute, 0), out);
  }
  return base::done();  // others mean nothing here
}

base::Status read_attributes(const X509_REQ* request, CertificateRequest& out) {
  const int count = X509_REQ_get_attr_count(request);
  for (int index = 0; index < count; ++index) {
    X509_ATTRIBUTE* attribute = X509_REQ_get_attr(request, index);
    const ASN1_OBJECT* kind = X509_ATTRIBUTE_get0_object(attribute);
    if (X509_REQ_get_attr_by_OBJ(request, kind, index) >= 0) {
      return refused("The request has the attribute " + oid_text(kind) + " twice.");
    }
    MUSTER_TRY(read_attribute(attribute, out));
  }
  return base::done();
}

}  // namespace

base::Result<CertificateRequest> read_certificate_request(std::string_view der,
                                                          const KeyPolicy& policy) {
  if (der.size() > kLongestRequest) return refused("The certificate request is too long.");
  const ErrorQueue queue;
  const auto request = is_der(der) ? from_der<RequestPtr, d2i_X509_REQ>(der) : RequestPtr(nullptr);
  if (request == nullptr) return refused("This is not one certificate request (PKCS #10) in DER.");
  if (X509_REQ_get_version(request.get()) != X509_REQ_VERSION_1) {
    return refused("The version of the certificate request is not 1.");
  }
  CertificateRequest out;
  MUSTER_TRY(read_subject(request.get(), out));
  MUSTER_TRY(check_key(request.get(), policy, out));
  MUSTER_TRY(read_attributes(request.get(), out));
  return out;
}

}  // namespace muster::pki
