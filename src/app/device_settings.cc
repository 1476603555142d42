#include "app/device_settings.h"

#include <set>
#include <utility>

#include "app/attestation_revocations.h"
#include "app/text_file.h"
#include "base/encoding.h"
#include "pki/certificate.h"

namespace muster::app {
namespace {

using base::ErrorCode;
using Digests = std::set<std::string, std::less<>>;

constexpr std::size_t kDigestOctets = 32;

base::Error refuse(std::string_view setting, const std::string& why) {
  return base::fail(ErrorCode::kConfiguration, "`" + std::string(setting) + "` " + why,
                    std::string(setting));
}

base::Result<std::string> text_of_file(std::string_view setting, const std::string& path) {
  auto text = read_text_file(path);
  if (!text) return refuse(setting, "names the file '" + path + "', which cannot be read.");
  return *std::move(text);
}

base::Status add_digest(Digests& digests, std::string_view setting, std::string_view text) {
  auto octets = base::decode_hex(text);
  if (!octets || octets->size() != kDigestOctets) {
    return refuse(setting, "takes SHA-256 digests in hex; '" + std::string(text) + "' is none.");
  }
  digests.insert(*std::move(octets));
  return base::done();
}

// One digest a line; blank lines and lines that begin with # are left out.
base::Result<Digests> blocked_keys(const std::string& path) {
  Digests digests;
  if (path.empty()) return digests;
  const std::string text = MUSTER_TRY(text_of_file("blocked_keys", path));
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    MUSTER_TRY(add_digest(digests, "blocked_keys", line));
  }
  return digests;
}

base::Result<pki::KeyPolicy> key_policy(const Settings& settings) {
  pki::KeyPolicy policy;
  policy.allowed.clear();
  for (const std::string& name : settings.device_key_types) {
    const auto type = pki::parse_key_type(name);
    if (!type) return refuse("device_key_types", "has no kind of key '" + name + "'.");
    policy.allowed.insert(*type);
  }
  policy.blocked = MUSTER_TRY(blocked_keys(settings.blocked_keys));
  return policy;
}

base::Result<pki::AttestationPolicy> attestation_policy(const Settings& settings) {
  pki::AttestationPolicy policy{.root_keys = pki::google_attestation_roots()};
  if (!settings.attestation_roots.empty()) {
    policy.root_keys.clear();
    const std::string pem =
        MUSTER_TRY(text_of_file("attestation_roots", settings.attestation_roots));
    for (const std::string& der : MUSTER_TRY(pki::certificates_in_pem(pem))) {
      policy.root_keys.insert(MUSTER_TRY(pki::read_certificate(der)).key_hash);
    }
  }
  if (!settings.attestation_revocations.empty()) {
    policy.revocations =
        MUSTER_TRY(load_attestation_revocations(settings.attestation_revocations, settings.data));
  }
  policy.packages.insert(settings.attestation_packages.begin(),
                         settings.attestation_packages.end());
  for (const std::string& signer : settings.attestation_signers) {
    MUSTER_TRY(add_digest(policy.signers, "attestation_signers", signer));
  }
  return policy;
}

}  // namespace

enrollment::AuthorityPolicy authority_policy(const Settings& settings) {
  return {.key_type = pki::parse_key_type(settings.ca_key_type).value_or(pki::KeyType::kEcP256),
          .root_validity = settings.ca_root_validity,
          .issuing_validity = settings.ca_issuing_validity,
          .backdate = settings.device_certificate_backdate,
          .crl_validity = settings.crl_validity,
          .crl_refresh = settings.crl_refresh,
          .ocsp_validity = settings.ocsp_validity,
          .tokens = {.module = settings.pkcs11_module,
                     .token = settings.pkcs11_token,
                     .pin = std::string(settings.pkcs11_pin.reveal())}};
}

base::Result<std::shared_ptr<const enrollment::EnrollmentPolicy>> enrollment_policy(
    const Settings& settings) {
  return std::make_shared<const enrollment::EnrollmentPolicy>(
      enrollment::EnrollmentPolicy{.keys = MUSTER_TRY(key_policy(settings)),
                                   .attestation = MUSTER_TRY(attestation_policy(settings)),
                                   .certificate_validity = settings.device_certificate_validity,
                                   .backdate = settings.device_certificate_backdate,
                                   .retry_after = settings.approval_retry_after});
}

}  // namespace muster::app
