// PKCS#10 certificate requests (RFC 2986) of devices, checked before anything else looks at them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pki/key_policy.h"

namespace muster::pki {

// Attributes of a request that are Muster's own (docs/devices.md), below an arc made of a UUID
// (ITU-T X.667).
inline constexpr const char* kDeviceFactsOid = "2.25.145495691971971845607661907013789520340.1";
inline constexpr const char* kKeyAttestationOid = "2.25.145495691971971845607661907013789520340.2";

// What a request asks for, after every check that needs no knowledge of who asks. Octets are DER
// where nothing else is said.
struct CertificateRequest {
  std::string public_key;                              // SubjectPublicKeyInfo
  std::string key_hash;                                // its SHA-256
  std::string subject;                                 // Name, as sent
  std::string subject_serial_number = {};              // UTF-8 of 2.5.4.5; empty if there is none
  std::optional<std::string> alternative_names = {};   // value of subjectAltName, if asked for
  std::optional<std::string> challenge_password = {};  // UTF-8
  std::optional<std::string> device_facts = {};        // UTF-8; JSON is not looked into
  std::vector<std::string> attestation_chain = {};     // certificates, leaf first; not verified
};

// A request is at most this long; a chain of five attestation certificates is about 4 KiB.
inline constexpr std::size_t kLongestRequest = 64 * 1024;

// kBadRequest, saying what is wrong: not one DER PKCS#10 and nothing after it, version, a key that
// `policy` does not take, a signature that is not by that key or by a weak hash, an attribute that
// is there twice or of the wrong form, a name with control characters, with two CNs or serial
// numbers, or with a CN of more than 64 characters (RFC 5280 ub-common-name).
[[nodiscard]] base::Result<CertificateRequest> read_certificate_request(std::string_view der,
                                                                        const KeyPolicy& policy);

}  // namespace muster::pki
