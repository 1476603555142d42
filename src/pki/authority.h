// The authority of a tenant: a root and an issuing authority below it, with their keys. Each
// replacement makes another generation; all generations that have not ended are trusted.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "pki/certificate.h"
#include "pki/certificate_request.h"
#include "pki/key_policy.h"

namespace muster::pki {

// One generation as it is kept. Certificates are DER. A key is PKCS#8 in PEM, or the URI of a key
// in a PKCS#11 token (RFC 7512), "pkcs11:…"; a root's is empty when it is kept elsewhere.
struct AuthorityMaterial {
  std::uint32_t generation = 1;
  std::string root_certificate;
  std::string root_key;
  std::string issuing_certificate;
  std::string issuing_key;
  // Of a generation that followed another one (RFC 4210 §4.4): the old root's key certified by the
  // new one, and the reverse. Empty when the old root's key was not there.
  std::string old_with_new = {};
  std::string new_with_old = {};
};

// A PKCS#11 token in which keys are made and used. Without a module keys are PKCS#8.
struct TokenStore {
  std::string module = {};  // path of the PKCS#11 library
  std::string token = {};   // label of the token
  std::string pin = {};
};

// Logs in once, so that a token that cannot be used is known before a device needs it. Done without
// a module, and without a label: then URIs of keys say which token is meant. kConfiguration as
// make_authority().
[[nodiscard]] base::Status check_token(const TokenStore& tokens);

struct AuthorityPlan {
  std::string tenant;        // GUID, stands in the names
  std::string display_name;  // of the tenant; stands in the names as well
  KeyType key_type = KeyType::kEcP256;
  std::chrono::seconds root_validity = std::chrono::hours(24 * 3650);
  std::chrono::seconds issuing_validity = std::chrono::hours(24 * 1825);
  std::chrono::seconds backdate = std::chrono::hours(24);
  std::string pki_url;  // "https://host/pki/LABEL"; no slash at the end
  TokenStore tokens = {};
};

// kConfiguration when the PKCS#11 token cannot be used, or for rsa-2048 and ed25519; else
// kInternal.
[[nodiscard]] base::Result<AuthorityMaterial> make_authority(const AuthorityPlan& plan,
                                                             base::Timestamp now);
// The generation after `old`. While the old root lasts and its key is there, the new one has the
// same name, and two certificates link them.
[[nodiscard]] base::Result<AuthorityMaterial> succeed_authority(const AuthorityPlan& plan,
                                                                const AuthorityMaterial& old,
                                                                base::Timestamp now);
// An authority that was made elsewhere: an issuing certificate with its key (PEM, or a PKCS#11
// URI), and the root it leads to. kConfiguration, saying what does not fit: no authority (CA:TRUE,
// keyCertSign and cRLSign) or not one for TLS clients, no subjectKeyIdentifier, not signed by the
// root, SHA-1, another key, a weak key, ended.
[[nodiscard]] base::Result<AuthorityMaterial> import_authority(
    std::uint32_t generation, std::string_view issuing_pem, std::string_view key,
    std::string_view root_pem, const TokenStore& tokens, base::Timestamp now);

// What stands in a device's certificate beside the key.
struct DeviceTemplate {
  std::string device_id;  // UUID
  std::string tenant;     // GUID
  base::Timestamp not_before;
  base::Timestamp not_after;  // the issuing authority's own end comes first
};

struct IssuedCertificate {
  std::string der;
  std::string serial;  // as CertificateFacts::serial
  base::Timestamp not_before;
  base::Timestamp not_after;
};

// RFC 5280 §5.3.1; those that Muster gives.
enum class RevocationReason : std::uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kSuperseded = 4,
  kCessationOfOperation = 5,
};

struct RevokedCertificate {
  std::string serial;
  base::Timestamp revoked;
  RevocationReason reason = RevocationReason::kUnspecified;
};

// A generation with its keys loaded. Immutable, thread-safe.
class Authority {
 public:
  // kConfiguration when a PKCS#11 key is not there, kInternal when the material is not whole.
  [[nodiscard]] static base::Result<std::shared_ptr<const Authority>> load(
      AuthorityMaterial material, std::string pki_url, const TokenStore& tokens = {});
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] const AuthorityMaterial& material() const;
  [[nodiscard]] std::uint32_t generation() const { return material().generation; }
  [[nodiscard]] base::Timestamp ends() const;  // of the issuing certificate

  // Signs a certificate for the request's key with a serial number of 16 random octets. Takes of
  // the request nothing but the key.
  [[nodiscard]] base::Result<IssuedCertificate> issue(const CertificateRequest& request,
                                                      const DeviceTemplate& device) const;

  // Whether this generation signed the certificate; dates and revocation are not looked at.
  [[nodiscard]] bool issued(std::string_view certificate) const;

  // The list of the issuing authority (RFC 5280 §5), DER. `number` only ever rises.
  [[nodiscard]] base::Result<std::string> sign_crl(std::span<const RevokedCertificate> revoked,
                                                   std::uint64_t number, base::Timestamp now,
                                                   base::Timestamp next) const;
  // That of the root, which revokes nothing. kNotFound when the root's key is kept elsewhere.
  [[nodiscard]] base::Result<std::string> sign_root_crl(std::uint64_t number, base::Timestamp now,
                                                        base::Timestamp next) const;

  struct Impl;
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  explicit Authority(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster::pki
