// Certificate requests as devices make them, and as no device should; for tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/objects.h>

#include "pki/certificate_request.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

[[nodiscard]] inline KeyPtr ec_key(const char* curve = "P-256") {
  return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
}
[[nodiscard]] inline KeyPtr rsa_key(std::size_t bits) {
  return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
}

struct NameEntry {
  const char* type;
  std::string value;
  int form = MBSTRING_UTF8;
};

// Set what the request shall have, and take it from make(), in DER.
struct RequestMaker {
  KeyPtr key = ec_key();
  KeyPtr signer = nullptr;  // null: `key`
  const EVP_MD* digest = EVP_sha256();
  std::vector<NameEntry> subject = {{"CN", "device"}};
  std::optional<std::string> challenge_password = {};
  std::optional<std::string> device_facts = {};
  std::vector<std::string> attestation_chain = {};
  std::string alternative_names = {};  // as in OpenSSL's configuration, like the next ones
  std::vector<std::pair<const char*, std::string>> extensions = {};
  // OID, type of ASN.1, octets.
  std::vector<std::pair<std::string, std::pair<int, std::string>>> attributes = {};

  [[nodiscard]] RequestPtr unsigned_request() const {
    RequestPtr request(X509_REQ_new());
    X509_REQ_set_version(request.get(), X509_REQ_VERSION_1);
    X509_REQ_set_pubkey(request.get(), key.get());
    for (const NameEntry& entry : subject) {
      X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), entry.type, entry.form,
                                 octets(entry.value), static_cast<int>(entry.value.size()), -1, 0);
    }
    if (challenge_password) {
      add(request.get(), "1.2.840.113549.1.9.7", V_ASN1_UTF8STRING, *challenge_password);
    }
    if (device_facts) add(request.get(), kDeviceFactsOid, V_ASN1_UTF8STRING, *device_facts);
    if (!attestation_chain.empty()) {
      std::string all;
      for (const std::string& certificate : attestation_chain) all += certificate;
      add(request.get(), kKeyAttestationOid, V_ASN1_SEQUENCE, sequence(all));
    }
    add_extensions(request.get());
    for (const auto& [oid, value] : attributes) {
      add(request.get(), oid.c_str(), value.first, value.second);
    }
    return request;
  }

  [[nodiscard]] std::string make() const {
    const RequestPtr request = unsigned_request();
    X509_REQ_sign(request.get(), signer != nullptr ? signer.get() : key.get(), digest);
    return der_of<i2d_X509_REQ>(request.get());
  }

  // The DER of a SEQUENCE with this content.
  [[nodiscard]] static std::string sequence(std::string_view content) {
    const int size = static_cast<int>(content.size());
    std::string out(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SEQUENCE)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(out.data());
    ASN1_put_object(&at, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    content.copy(reinterpret_cast<char*>(at), content.size());
    return out;
  }

 private:
  static void add(X509_REQ* request, const char* oid, int type, const std::string& value) {
    X509_REQ_add1_attr_by_txt(request, oid, type, octets(value), static_cast<int>(value.size()));
  }

  void add_extensions(X509_REQ* request) const {
    ExtensionsPtr wanted(sk_X509_EXTENSION_new_null());
    auto all = extensions;
    if (!alternative_names.empty()) all.emplace_back("subjectAltName", alternative_names);
    if (all.empty()) return;
    X509V3_CTX context;
    X509V3_set_ctx(&context, nullptr, nullptr, request, nullptr, 0);
    X509V3_set_ctx_nodb(&context);
    for (const auto& [name, value] : all) {
      sk_X509_EXTENSION_push(wanted.get(), X509V3_EXT_conf(nullptr, &context, name, value.c_str()));
    }
    X509_REQ_add_extensions(request, wanted.get());
  }
};

}  // namespace muster::pki
