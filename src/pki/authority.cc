#include "pki/authority.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "pki/asn1.h"
#include "pki/authority_impl.h"
#include "pki/certificate_maker.h"
#include "pki/private_key.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

base::Result<CertificatePtr> certificate_in(const std::string& der) {
  auto certificate = from_der<CertificatePtr, d2i_X509>(der);
  if (certificate == nullptr || X509_get0_pubkey(certificate.get()) == nullptr) {
    return fail(ErrorCode::kInternal, "A certificate of the authority cannot be read.");
  }
  // Reads the extensions now: OpenSSL would at first use, by whichever thread.
  X509_check_purpose(certificate.get(), -1, 0);
  return certificate;
}

// PEM that is not this certificate's key is damage here; a token that is not there is not.
base::Result<KeyPtr> key_of(X509* certificate, const std::string& kept, const TokenStore& tokens) {
  auto key = load_key(kept, tokens, X509_get0_pubkey(certificate));
  if (!key && !kept.starts_with("pkcs11:")) key.error().code = ErrorCode::kInternal;
  return key;
}

}  // namespace

Authority::Authority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Authority::~Authority() = default;

base::Result<std::shared_ptr<const Authority>> Authority::load(AuthorityMaterial material,
                                                               std::string pki_url,
                                                               const TokenStore& tokens) {
  const ErrorQueue queue;
  auto impl = std::make_unique<Impl>();
  impl->root = MUSTER_TRY(certificate_in(material.root_certificate));
  impl->issuing = MUSTER_TRY(certificate_in(material.issuing_certificate));
  impl->issuing_key = MUSTER_TRY(key_of(impl->issuing.get(), material.issuing_key, tokens));
  if (!material.root_key.empty()) {
    impl->root_key = MUSTER_TRY(key_of(impl->root.get(), material.root_key, tokens));
  }
  impl->material = std::move(material);
  impl->pki_url = std::move(pki_url);
  return std::shared_ptr<const Authority>(new Authority(std::move(impl)));
}

const AuthorityMaterial& Authority::material() const {
  return impl_->material;
}

base::Timestamp Authority::ends() const {
  return timestamp_of(X509_get0_notAfter(impl_->issuing.get()));
}

base::Result<IssuedCertificate> Authority::issue(const CertificateRequest& request,
                                                 const DeviceTemplate& device) const {
  const ErrorQueue queue;
  const base::Timestamp not_after = std::min(device.not_after, ends());
  if (not_after <= device.not_before) {
    return fail(ErrorCode::kInternal, "The issuing authority has ended.");
  }
  const std::string place = impl_->pki_url + "/" + std::to_string(generation());
  const NamePtr subject = make_name({device.tenant, {}, device.device_id});
  CertificateMaker maker(subject.get(), request.public_key, impl_->issuing.get(),
                         {device.not_before, not_after});
  maker.add(NID_basic_constraints, "critical,CA:FALSE");
  maker.add(NID_key_usage, "critical,digitalSignature");
  maker.add(NID_ext_key_usage, "clientAuth");
  maker.add_key_identifiers();
  maker.add_uri_name("urn:uuid:" + device.device_id);
  maker.add_crl_location(place + "/ca.crl");
  maker.add_access(impl_->pki_url + "/ocsp", place + "/ca.cer");
  const CertificatePtr made = MUSTER_TRY(std::move(maker).sign(impl_->issuing_key.get()));
  return IssuedCertificate{
      der_of<i2d_X509>(made.get()), serial_text(X509_get0_serialNumber(made.get())),
      timestamp_of(X509_get0_notBefore(made.get())), timestamp_of(X509_get0_notAfter(made.get()))};
}

bool Authority::issued(std::string_view certificate) const {
  const ErrorQueue queue;
  const auto read = from_der<CertificatePtr, d2i_X509>(certificate);
  X509* issuing = impl_->issuing.get();
  return read != nullptr &&
         X509_NAME_cmp(X509_get_issuer_name(read.get()), X509_get_subject_name(issuing)) == 0 &&
         X509_verify(read.get(), X509_get0_pubkey(issuing)) == 1;
}

}  // namespace muster::pki
