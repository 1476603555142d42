#include "pki/attestation.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/encoding.h"
#include "base/sha256.h"

namespace muster::pki {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kMostCertificates = 10;
constexpr std::size_t kLongestCertificate = 16 * 1024;
constexpr std::string_view kDescription = "1.3.6.1.4.1.11129.2.1.17";
constexpr std::string_view kProvisioning = "1.3.6.1.4.1.11129.2.1.30";

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using CertificatePtr = std::unique_ptr<X509, FreeCertificate>;
using Chain = std::vector<CertificatePtr>;  // leaf first

base::Error refused(std::string_view why) {
  ERR_clear_error();
  return base::fail(base::ErrorCode::kForbidden, "Key attestation: " + std::string(why) + ".");
}

Result<Chain> parse(const std::vector<std::string>& chain) {
  if (chain.size() < 2) return refused("the chain has no root");
  if (chain.size() > kMostCertificates) return refused("the chain is too long");
  Chain parsed;
  for (const std::string& der : chain) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* const end = at + der.size();
    CertificatePtr certificate;
    if (der.size() <= kLongestCertificate) {
      certificate.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    }
    if (certificate == nullptr || at != end) return refused("a certificate is malformed");
    parsed.push_back(std::move(certificate));
  }
  return parsed;
}

std::string key_hash_of(X509& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  if (size <= 0) return {};
  base::Sha256 hash;
  hash.update({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return hash.digest();
}

// Lower-case hex without leading zeros, as the list of revoked ones has it.
std::string serial_of(const X509& certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr);
  char* digits = number == nullptr ? nullptr : BN_bn2hex(number);
  std::string text = digits == nullptr ? "" : base::ascii_lower(digits);
  OPENSSL_free(digits);
  BN_free(number);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  return text;
}

// The values of the extensions with this identifier.
std::vector<std::string_view> extensions(const X509& certificate, std::string_view id) {
  std::vector<std::string_view> found;
  for (int i = 0; i < X509_get_ext_count(&certificate); ++i) {
    X509_EXTENSION* extension = X509_get_ext(&certificate, i);
    char text[80] = {};
    const int size =
        OBJ_obj2txt(text, sizeof text, X509_EXTENSION_get_object(extension), 1 /* digits */);
    if (size < 0 || std::string_view(text) != id) continue;
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                       static_cast<std::size_t>(ASN1_STRING_length(value)));
  }
  return found;
}

// Whether the keys of the chain were put in at the factory: then they are trusted for ever. Google
// names such authorities by a serial number, remotely provisioned ones by a common name, of which
// newer ones have the extension too. What is neither is treated as remotely provisioned.
bool made_at_factory(const Chain& chain) {
  const auto is_factory = [](const CertificatePtr& certificate) {
    const X509_NAME* subject = X509_get_subject_name(certificate.get());
    return extensions(*certificate, kProvisioning).empty() &&
           X509_NAME_get_index_by_NID(subject, NID_serialNumber, -1) >= 0;
  };
  return chain.size() > 2 && std::all_of(chain.begin() + 1, chain.end() - 1, is_factory);
}

bool is_valid_at(const X509& certificate, base::Timestamp now) {
  auto at = static_cast<std::time_t>(now.unix_seconds());
  // -1 is "not later than"; 0 is a date that cannot be read.
  return X509_cmp_time(X509_get0_notBefore(&certificate), &at) == -1 &&
         X509_cmp_time(X509_get0_notAfter(&certificate), &at) == 1;
}

bool has_strong_hash(X509& certificate) {
  int hash = NID_undef;
  if (X509_get_signature_info(&certificate, &hash, nullptr, nullptr, nullptr) != 1) return false;
  return hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512;
}

Status check_signature(X509& certificate, X509& issuer) {
  EVP_PKEY* key = X509_get0_pubkey(&issuer);
  if (key == nullptr) return refused("a key is of an unknown kind");
  if (!has_strong_hash(certificate)) return refused("a signature is by a weak or unknown hash");
  if (X509_verify(&certificate, key) != 1) return refused("a signature does not fit");
  return base::done();
}

Status check_issued(X509& certificate, X509& issuer) {
  if (X509_NAME_cmp(X509_get_issuer_name(&certificate), X509_get_subject_name(&issuer)) != 0) {
    return refused("a certificate is not by the one after it");
  }
  int critical = 0;
  BASIC_CONSTRAINTS* constraints = static_cast<BASIC_CONSTRAINTS*>(
      X509_get_ext_d2i(&issuer, NID_basic_constraints, &critical, nullptr));
  // Old authorities have none; whoever says that it is no authority, or says it twice, is none.
  const bool is_authority = constraints != nullptr ? constraints->ca != 0 : critical == -1;
  BASIC_CONSTRAINTS_free(constraints);
  if (!is_authority) return refused("a certificate is by one that is no authority");
  return check_signature(certificate, issuer);
}

Status check_revocation(const Chain& chain, const AttestationPolicy& policy) {
  if (policy.revocations == nullptr) return base::done();
  if (!policy.revocations->known) return refused("the list of revoked keys is not there yet");
  for (const CertificatePtr& certificate : chain) {
    if (policy.revocations->revoked.contains(serial_of(*certificate))) {
      return refused("a certificate is revoked");
    }
  }
  return base::done();
}

// From the root downwards: a key is used only after it is trusted, so that nobody makes this verify
// with keys of his own choice.
Status check_chain(const Chain& chain, const AttestationPolicy& policy, base::Timestamp now) {
  X509& root = *chain.back();
  if (!policy.root_keys.contains(key_hash_of(root))) return refused("the root is not trusted");
  MUSTER_TRY(check_issued(root, root));
  const bool dates_count = !made_at_factory(chain);
  for (std::size_t i = chain.size() - 1; i-- > 0;) {
    MUSTER_TRY(check_issued(*chain[i], *chain[i + 1]));
    if (i > 0 && dates_count && !is_valid_at(*chain[i], now)) {
      return refused("a certificate is not valid now");
    }
  }
  return check_revocation(chain, policy);
}

// The description nearest to the root. Whoever has an attested key can sign certificates with it,
// so it has to be the leaf's own: whatever stands below the attested key is made up.
Result<KeyDescription> trusted_description(const Chain& chain) {
  for (std::size_t i = chain.size(); i-- > 0;) {
    const auto found = extensions(*chain[i], kDescription);
    if (found.empty()) continue;
    if (found.size() > 1) return refused("a certificate has two descriptions");
    if (i != 0) return refused("the chain goes on below the attested key");
    auto description = read_key_description(found.front());
    if (!description) return refused("the description is malformed");
    return description;
  }
  return refused("there is no description");
}

bool has_one_of(const std::vector<std::string>& values,
                const std::set<std::string, std::less<>>& wanted) {
  return wanted.empty() || std::any_of(values.begin(), values.end(), [&](const std::string& value) {
           return wanted.contains(value);
         });
}

Status check_description(const KeyDescription& description, std::string_view challenge,
                         const AttestationPolicy& policy) {
  if (description.challenge.size() != challenge.size() ||
      CRYPTO_memcmp(description.challenge.data(), challenge.data(), challenge.size()) != 0) {
    return refused("the challenge is another one");
  }
  if (description.attestation_level == SecurityLevel::kSoftware) {
    return refused("it was made in software");
  }
  if (description.key_level == SecurityLevel::kSoftware) return refused("the key is in software");
  if (!description.generated) return refused("the key was not generated there");
  if (!description.device_locked) return refused("the device is unlocked");
  if (!description.verified_boot) return refused("the boot was not verified");
  if (!has_one_of(description.packages, policy.packages) ||
      !has_one_of(description.signers, policy.signers)) {
    return refused("the key is of another app");
  }
  return base::done();
}

}  // namespace

const std::set<std::string, std::less<>>& google_attestation_roots() {
  static const std::set<std::string, std::less<>> kRoots = {
      // RSA 4096, "serialNumber=f92009e853b6b045": re-issued several times, always with this key
      *base::decode_hex("feb2ea7551ee316ed4bb443c8293b884dbfdea40b603ee3e4f4a897e4580fbae"),
      // EC P-384, "Key Attestation CA1", from February 2026 on
      *base::decode_hex("3ee44512a1af2beb39c889490c60ea3f82e43f5d5a5532f5ab9419f676cd07ec"),
  };
  return kRoots;
}

Result<KeyDescription> verify_attestation(const std::vector<std::string>& chain,
                                          std::string_view key_hash, std::string_view challenge,
                                          const AttestationPolicy& policy, base::Timestamp now) {
  const Chain parsed = MUSTER_TRY(parse(chain));
  if (key_hash_of(*parsed.front()) != key_hash) return refused("it is of another key");
  MUSTER_TRY(check_chain(parsed, policy, now));
  KeyDescription description = MUSTER_TRY(trusted_description(parsed));
  MUSTER_TRY(check_description(description, challenge, policy));
  return description;
}

}  // namespace muster::pki
