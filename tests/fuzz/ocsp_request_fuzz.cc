// Octets as OCSP requests: always a response in DER, which speaks of nothing that was not asked.
// The authority is made anew in each run: 20 times N and 20 times K stand for the hashes (SHA-1) of
// its name and key.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pki/ocsp.h"
#include "pki/openssl_ptr.h"

namespace {

using namespace muster;

const base::Timestamp kNow = base::Timestamp::from_unix_seconds(1'796'126'400);

std::vector<std::shared_ptr<const pki::Authority>> make_authorities() {
  pki::AuthorityPlan plan;
  plan.tenant = "11111111-2222-4333-8444-555555555555";
  plan.pki_url = "https://muster.test/pki/contoso";
  auto made = pki::make_authority(plan, kNow);
  if (!made) std::abort();
  auto loaded = pki::Authority::load(*made, plan.pki_url);
  if (!loaded) std::abort();
  return {*loaded};
}

using Digest = int (*)(const X509*, const EVP_MD*, unsigned char*, unsigned int*);

std::string hash_of(const pki::Authority& authority, Digest digest) {
  const auto issuing =
      pki::from_der<pki::CertificatePtr, d2i_X509>(authority.material().issuing_certificate);
  std::string out(20, '\0');
  digest(issuing.get(), EVP_sha1(), reinterpret_cast<unsigned char*>(out.data()), nullptr);
  return out;
}

int subject_digest(const X509* certificate, const EVP_MD* type, unsigned char* out,
                   unsigned int* size) {
  return X509_NAME_digest(X509_get_subject_name(certificate), type, out, size);
}

void replace(std::string& in, char placeholder, const std::string& by) {
  const std::string wanted(by.size(), placeholder);
  for (std::size_t at = in.find(wanted); at != std::string::npos; at = in.find(wanted, at)) {
    in.replace(at, by.size(), by);
    at += by.size();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kAuthorities = make_authorities();
  static const std::string kNameHash = hash_of(*kAuthorities.front(), subject_digest);
  static const std::string kKeyHash = hash_of(*kAuthorities.front(), X509_pubkey_digest);
  std::string request(reinterpret_cast<const char*>(data), size);
  replace(request, 'N', kNameHash);
  replace(request, 'K', kKeyHash);
  int asked = 0;
  const auto answer = pki::answer_ocsp(
      request, kAuthorities,
      [&asked](const pki::Authority&, std::string_view serial) {
        if (serial.size() % 2 != 0 || ++asked > 16) std::abort();
        return pki::CertificateStatus{pki::CertificateStatus::Kind::kGood, {}};
      },
      kNow, std::chrono::hours(1));
  if (!answer || answer->empty() || answer->front() != '\x30') std::abort();
  return 0;
}
