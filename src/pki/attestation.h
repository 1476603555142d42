// Android Key Attestation: what the hardware of a device vouches for. Chains are built by rules of
// their own, for those of devices break RFC 5280 in ways that a general verifier refuses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"

namespace muster::pki {

enum class SecurityLevel : std::uint8_t { kSoftware = 0, kTrustedEnvironment = 1, kStrongBox = 2 };

// KeyDescription (1.3.6.1.4.1.11129.2.1.17), as far as enrolment asks. Texts are empty when the
// device vouches for none.
struct KeyDescription {
  std::int64_t version = 0;
  SecurityLevel attestation_level = SecurityLevel::kSoftware;
  SecurityLevel key_level = SecurityLevel::kSoftware;
  std::string challenge;
  bool generated = false;      // origin GENERATED, enforced by hardware
  bool device_locked = false;  // rootOfTrust
  bool verified_boot = false;  // verifiedBootState is Verified
  std::string serial_number = {};
  std::string imei = {};
  std::string second_imei = {};
  std::string meid = {};
  std::string brand = {};
  std::string manufacturer = {};
  std::string model = {};
  std::int64_t os_version = 0;      // 160000 for 16.0.0
  std::int64_t os_patch_level = 0;  // 202611
  // Of attestationApplicationId: names of packages, SHA-256 of certificates that sign them.
  std::vector<std::string> packages = {};
  std::vector<std::string> signers = {};
};

// Serial numbers of certificates that are no longer trusted, as lower-case hex without leading
// zeros: the format of https://android.googleapis.com/attestation/status.
struct AttestationRevocations {
  std::set<std::string, std::less<>> revoked = {};
  // False when the list could not be had: then no chain is accepted.
  bool known = true;
};

struct AttestationPolicy {
  // SHA-256 of the SubjectPublicKeyInfos of trusted roots. Keys, not certificates: a root was
  // re-issued, and one has expired.
  std::set<std::string, std::less<>> root_keys;
  std::shared_ptr<const AttestationRevocations> revocations = {};  // null: nothing is revoked
  std::set<std::string, std::less<>> packages = {};  // of which the key's app is one; empty: any
  std::set<std::string, std::less<>> signers = {};   // SHA-256 of signing certificates; empty: any
};

// The keys of Google's two roots.
[[nodiscard]] const std::set<std::string, std::less<>>& google_attestation_roots();

// What a chain (DER, leaf first) says of the key whose SubjectPublicKeyInfo has the SHA-256
// `key_hash`, verified up to a trusted root: each certificate is signed by the next one, the leaf's
// dates do not count (they are set by the device's clock), those of the others count only for keys
// that were provisioned remotely, and the description is the one nearest to the root. kForbidden,
// saying which rule is broken: another key or challenge, signature, root, revoked, made or kept in
// software, not generated there, unlocked, boot not verified, another app.
[[nodiscard]] base::Result<KeyDescription> verify_attestation(const std::vector<std::string>& chain,
                                                              std::string_view key_hash,
                                                              std::string_view challenge,
                                                              const AttestationPolicy& policy,
                                                              base::Timestamp now);

// kBadRequest when the octets are not a KeyDescription.
[[nodiscard]] base::Result<KeyDescription> read_key_description(std::string_view der);

}  // namespace muster::pki
