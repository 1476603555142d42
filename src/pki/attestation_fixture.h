// For tests only: descriptions of keys, and chains of certificates as devices show them, right and
// wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/sha256.h"

namespace muster::pki::fixture {

inline constexpr std::int64_t kNow = 1'767'225'600;  // 2026-01-01T00:00:00Z
inline constexpr std::int64_t kYear = 31'536'000;

inline std::string sha256(std::string_view octets) {
  base::Sha256 hash;
  hash.update(octets);
  return hash.digest();
}

// DER by hand, so that it can be wrong.
namespace der {

inline std::string length(std::size_t size) {
  if (size < 0x80) return {static_cast<char>(size)};
  if (size < 0x100) return {'\x81', static_cast<char>(size)};
  return {'\x82', static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
}
inline std::string element(char tag, std::string_view content) {
  return std::string(1, tag) + length(content.size()) + std::string(content);
}
inline std::string sequence(std::string_view content) {
  return element('\x30', content);
}
inline std::string set(std::string_view content) {
  return element('\x31', content);
}
inline std::string octets(std::string_view content) {
  return element('\x04', content);
}
inline std::string number(std::int64_t value, char tag = '\x02') {
  std::string content;
  do {
    content.insert(content.begin(), static_cast<char>(value & 0xFF));
    value >>= 8;
  } while (value != 0);
  if ((content.front() & 0x80) != 0) content.insert(content.begin(), '\0');
  return element(tag, content);
}
inline std::string enumerated(std::int64_t value) {
  return number(value, '\x0A');
}
inline std::string boolean(char value) {
  return element('\x01', std::string(1, value));
}
// [tag] EXPLICIT, for tags from 31 to 16383.
inline std::string tagged(int tag, std::string_view content) {
  std::string head = "\xBF";
  if (tag >= 0x80) head += static_cast<char>(0x80 | (tag >> 7));
  head += static_cast<char>(tag & 0x7F);
  return head + length(content.size()) + std::string(content);
}

}  // namespace der

// A good description; tests change what is to be wrong.
struct Description {
  std::int64_t version = 400;
  std::int64_t attestation_level = 1;
  std::int64_t key_level = 1;
  std::string challenge = "challenge";
  std::int64_t origin = 0;
  char locked = '\xFF';
  std::int64_t boot_state = 0;
  bool has_root_of_trust = true;
  std::string package = "com.example.dpc";
  std::string signer = sha256("signer");
  std::string more_software = {};  // elements
  std::string more_hardware = {};

  [[nodiscard]] std::string application() const {
    return der::sequence(der::set(der::sequence(der::octets(package) + der::number(7))) +
                         der::set(der::octets(signer)));
  }
  [[nodiscard]] std::string root_of_trust() const {
    return der::sequence(der::octets(sha256("boot key")) + der::boolean(locked) +
                         der::enumerated(boot_state) + der::octets(sha256("boot")));
  }
  [[nodiscard]] std::string software() const {
    return der::tagged(701, der::number(1'767'225'600'000)) +
           der::tagged(709, der::octets(application())) + more_software;
  }
  [[nodiscard]] std::string hardware() const {
    std::string list =
        der::tagged(503, std::string("\x05\0", 2)) + der::tagged(702, der::number(origin));
    if (has_root_of_trust) list += der::tagged(704, root_of_trust());
    return list + der::tagged(705, der::number(160000)) + der::tagged(706, der::number(202611)) +
           der::tagged(713, der::octets("SN-1")) + der::tagged(717, der::octets("Model 9")) +
           more_hardware;
  }
  [[nodiscard]] std::string fields() const {
    return der::number(version) + der::enumerated(attestation_level) + der::number(version) +
           der::enumerated(key_level) + der::octets(challenge) + der::octets("") +
           der::sequence(software()) + der::sequence(hardware());
  }
  [[nodiscard]] std::string encoded() const { return der::sequence(fields()); }
};

inline constexpr const char* kDescriptionId = "1.3.6.1.4.1.11129.2.1.17";
inline constexpr const char* kProvisioningId = "1.3.6.1.4.1.11129.2.1.30";

struct Link {
  std::vector<std::pair<std::string, std::string>> subject = {};
  std::int64_t not_before = kNow - kYear;
  std::int64_t not_after = kNow + kYear;
  std::uint64_t serial = 1;
  std::optional<bool> authority = true;
  std::vector<std::pair<std::string, std::string>> extensions = {};  // identifier, value
  const EVP_MD* hash = EVP_sha256();
};

using KeyPtr = std::shared_ptr<EVP_PKEY>;
inline KeyPtr new_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

inline std::string key_hash_of(EVP_PKEY* key) {
  unsigned char* out = nullptr;
  const int size = i2d_PUBKEY(key, &out);
  const std::string spki(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return sha256(spki);
}

inline void name(X509_NAME* out, const Link& link) {
  for (const auto& [field, text] : link.subject) {
    X509_NAME_add_entry_by_txt(out, field.c_str(), MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  }
}

inline void extend(X509* certificate, const std::string& id, const std::string& value) {
  ASN1_OBJECT* object = OBJ_txt2obj(id.c_str(), 1);
  ASN1_OCTET_STRING* data = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(data, reinterpret_cast<const unsigned char*>(value.data()),
                        static_cast<int>(value.size()));
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 0, data);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(data);
  ASN1_OBJECT_free(object);
}

inline std::string certificate(const Link& link, const KeyPtr& key, const Link& issuer,
                               const KeyPtr& issuer_key) {
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), link.serial);
  name(X509_get_subject_name(made.get()), link);
  name(X509_get_issuer_name(made.get()), issuer);
  ASN1_TIME_set(X509_getm_notBefore(made.get()), link.not_before);
  ASN1_TIME_set(X509_getm_notAfter(made.get()), link.not_after);
  X509_set_pubkey(made.get(), key.get());
  if (link.authority) {
    BASIC_CONSTRAINTS constraints{*link.authority ? 0xFF : 0, nullptr};
    X509_add1_ext_i2d(made.get(), NID_basic_constraints, &constraints, 1, 0);
  }
  for (const auto& [id, value] : link.extensions) extend(made.get(), id, value);
  X509_sign(made.get(), issuer_key.get(), link.hash);
  unsigned char* out = nullptr;
  const int size = i2d_X509(made.get(), &out);
  std::string encoded(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return encoded;
}

struct MadeChain {
  std::vector<std::string> certificates;  // leaf first
  std::string leaf_key_hash;
  std::string root_key_hash;
};

// `links` leaf first, each signed by the next one, the last by itself.
inline MadeChain make_chain(const std::vector<Link>& links) {
  MadeChain made;
  Link issuer = links.back();
  KeyPtr issuer_key = new_key();
  for (std::size_t i = links.size(); i-- > 0;) {
    const bool is_root = i + 1 == links.size();
    const KeyPtr key = is_root ? issuer_key : new_key();
    made.certificates.insert(made.certificates.begin(),
                             certificate(links[i], key, issuer, issuer_key));
    if (is_root) made.root_key_hash = key_hash_of(key.get());
    made.leaf_key_hash = key_hash_of(key.get());
    issuer = links[i];
    issuer_key = key;
  }
  return made;
}

inline Link leaf_with(const Description& description) {
  return {.subject = {{"CN", "Android Keystore Key"}},
          .not_before = 0,
          .not_after = 1,  // dates of the device's clock
          .authority = {},
          .extensions = {{kDescriptionId, description.encoded()}}};
}

// As of a device whose keys were put in at the factory.
inline std::vector<Link> factory_links(const Description& description = {}) {
  return {leaf_with(description),
          {.subject = {{"serialNumber", "697bc64b6cd4c0e1"}, {"title", "TEE"}}, .serial = 0x2A},
          {.subject = {{"serialNumber", "87f4514475ba0a2b"}, {"title", "TEE"}}, .serial = 3},
          {.subject = {{"serialNumber", "f92009e853b6b045"}}, .serial = 4}};
}

// As of a device that fetches its keys.
inline std::vector<Link> remote_links(const Description& description = {}) {
  return {leaf_with(description),
          {.subject = {{"O", "TEE"}, {"CN", "2c85cdc15c3042f25698906669c35137"}},
           .serial = 0x2A,
           .extensions = {{kProvisioningId, "\xA2\x01\x18\x40\x03\x66Google"}}},
          {.subject = {{"O", "Google LLC"}, {"CN", "Droid CA3"}}, .serial = 3},
          {.subject = {{"O", "Google LLC"}, {"CN", "Droid CA2"}}, .serial = 4},
          {.subject = {{"CN", "Key Attestation CA1"}}, .serial = 5}};
}

}  // namespace muster::pki::fixture
