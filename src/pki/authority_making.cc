// Authorities that are made here, succeed each other, or come from elsewhere.
#include <algorithm>

#include "base/encoding.h"
#include "pki/asn1.h"
#include "pki/authority.h"
#include "pki/certificate_maker.h"
#include "pki/key_policy.h"
#include "pki/openssl_ptr.h"
#include "pki/private_key.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;
using Dates = CertificateMaker::Dates;

// Below a root is one authority. Links between roots do not count, for their two names are equal.
constexpr const char* kRootConstraints = "critical,CA:TRUE,pathlen:1";
constexpr const char* kIssuingConstraints = "critical,CA:TRUE,pathlen:0";
constexpr int kSecurityLevel = 2;  // OpenSSL's: 112 bits, so no SHA-1 and no RSA below 2048
constexpr const char* kAuthorityUsage = "critical,keyCertSign,cRLSign";

std::string key_label(const AuthorityPlan& plan, std::uint32_t generation, const char* which) {
  return "muster-" + plan.tenant + "-" + std::to_string(generation) + "-" + which;
}

NamePtr name_for(const AuthorityPlan& plan, const std::string& common_name) {
  return make_name({plan.display_name, plan.tenant, common_name});
}

// `issuer` null: signs itself.
base::Result<CertificatePtr> certify_root(const X509_NAME* name, EVP_PKEY* key, X509* issuer,
                                          EVP_PKEY* issuer_key, Dates dates) {
  CertificateMaker maker(name, key, issuer, dates);
  maker.add(NID_basic_constraints, kRootConstraints);
  maker.add(NID_key_usage, kAuthorityUsage);
  maker.add_key_identifiers();
  return std::move(maker).sign(issuer_key);
}

base::Result<CertificatePtr> certify_issuing(const AuthorityPlan& plan, std::uint32_t generation,
                                             EVP_PKEY* key, X509* root, EVP_PKEY* root_key,
                                             base::Timestamp now) {
  const std::string number = std::to_string(generation);
  const NamePtr name = name_for(plan, "Muster Issuing G" + number);
  const Dates dates{now.plus(-plan.backdate), std::min(now.plus(plan.issuing_validity),
                                                       timestamp_of(X509_get0_notAfter(root)))};
  CertificateMaker maker(name.get(), key, root, dates);
  maker.add(NID_basic_constraints, kIssuingConstraints);
  maker.add(NID_key_usage, kAuthorityUsage);
  maker.add_key_identifiers();
  maker.add_crl_location(plan.pki_url + "/" + number + "/root.crl");
  maker.add_access({}, plan.pki_url + "/" + number + "/root.cer");
  return std::move(maker).sign(root_key);
}

struct NewRoot {
  CertificatePtr certificate;
  KeptKey key;
};

// The parts of a generation that has the root name `name`.
base::Result<AuthorityMaterial> make_generation(const AuthorityPlan& plan, std::uint32_t generation,
                                                const X509_NAME* name, base::Timestamp now,
                                                NewRoot& root) {
  root.key = MUSTER_TRY(make_key(plan.key_type, plan.tokens, key_label(plan, generation, "root")));
  KeptKey issuing =
      MUSTER_TRY(make_key(plan.key_type, plan.tokens, key_label(plan, generation, "issuing")));
  EVP_PKEY* root_key = root.key.key.get();
  root.certificate = MUSTER_TRY(certify_root(
      name, root_key, nullptr, root_key, {now.plus(-plan.backdate), now.plus(plan.root_validity)}));
  const CertificatePtr issuing_certificate = MUSTER_TRY(
      certify_issuing(plan, generation, issuing.key.get(), root.certificate.get(), root_key, now));
  AuthorityMaterial made;
  made.generation = generation;
  made.root_certificate = der_of<i2d_X509>(root.certificate.get());
  made.root_key = root.key.kept;
  made.issuing_certificate = der_of<i2d_X509>(issuing_certificate.get());
  made.issuing_key = std::move(issuing.kept);
  return made;
}

// Both end with the old root: afterwards nobody trusts it.
base::Status link(const AuthorityPlan& plan, X509* old_root, EVP_PKEY* old_key,
                  const NewRoot& fresh, base::Timestamp now, AuthorityMaterial& made) {
  X509* new_root = fresh.certificate.get();
  const X509_NAME* name = X509_get_subject_name(old_root);
  const base::Timestamp end = std::min(timestamp_of(X509_get0_notAfter(old_root)),
                                       timestamp_of(X509_get0_notAfter(new_root)));
  const CertificatePtr old_with_new =
      MUSTER_TRY(certify_root(name, X509_get0_pubkey(old_root), new_root, fresh.key.key.get(),
                              {timestamp_of(X509_get0_notBefore(old_root)), end}));
  const CertificatePtr new_with_old = MUSTER_TRY(
      certify_root(name, fresh.key.key.get(), old_root, old_key, {now.plus(-plan.backdate), end}));
  made.old_with_new = der_of<i2d_X509>(old_with_new.get());
  made.new_with_old = der_of<i2d_X509>(new_with_old.get());
  return base::done();
}

base::Error does_not_fit(const std::string& what) {
  return fail(ErrorCode::kConfiguration, what);
}

base::Result<CertificatePtr> one_certificate(std::string_view pem, const std::string& which) {
  const auto found = certificates_in_pem(pem);
  if (!found || found->size() != 1) {
    return does_not_fit("The " + which + " certificate is not one certificate in PEM.");
  }
  return from_der<CertificatePtr, d2i_X509>(found->front());
}

// OpenSSL's own verification: signature, names, dates, constraints, unknown critical extensions.
base::Status check_chain(X509* issuing, X509* root, base::Timestamp now) {
  const base::Owner<X509_STORE, X509_STORE_free> trusted(X509_STORE_new());
  const base::Owner<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  if (trusted == nullptr || context == nullptr || X509_STORE_add_cert(trusted.get(), root) != 1 ||
      X509_STORE_CTX_init(context.get(), trusted.get(), issuing, nullptr) != 1) {
    return fail(ErrorCode::kInternal, "The authority could not be verified.");
  }
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(rules, now.unix_seconds());
  X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
  if (X509_verify_cert(context.get()) != 1) {
    const long error = X509_STORE_CTX_get_error(context.get());
    return does_not_fit(std::string("The issuing certificate does not lead to the root: ") +
                        X509_verify_cert_error_string(error) + ".");
  }
  return base::done();
}

base::Status check_is_authority(X509* issuing) {
  constexpr std::uint32_t kNeeded = KU_KEY_CERT_SIGN | KU_CRL_SIGN;
  const std::uint32_t usage = X509_get_key_usage(issuing);
  if (X509_check_ca(issuing) != 1 || usage == UINT32_MAX || (usage & kNeeded) != kNeeded) {
    return does_not_fit(
        "The issuing certificate is of no authority that signs certificates and lists (CA:TRUE, "
        "keyCertSign, cRLSign).");
  }
  const std::uint32_t purposes = X509_get_extended_key_usage(issuing);
  if (purposes != UINT32_MAX && (purposes & (XKU_SSL_CLIENT | XKU_ANYEKU)) == 0) {
    return does_not_fit("The issuing certificate is not for certificates of TLS clients.");
  }
  if (X509_get0_subject_key_id(issuing) == nullptr) {
    return does_not_fit("The issuing certificate has no subjectKeyIdentifier.");
  }
  EVP_PKEY* key = X509_get0_pubkey(issuing);
  const auto sound =
      check_public_key(key, der_of<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(issuing)), KeyPolicy{});
  if (!sound) return does_not_fit("The issuing certificate: " + sound.error().message);
  return base::done();
}

}  // namespace

base::Result<AuthorityMaterial> make_authority(const AuthorityPlan& plan, base::Timestamp now) {
  const ErrorQueue queue;
  const NamePtr name = name_for(plan, "Muster Root");
  NewRoot root;
  return make_generation(plan, 1, name.get(), now, root);
}

base::Result<AuthorityMaterial> succeed_authority(const AuthorityPlan& plan,
                                                  const AuthorityMaterial& old,
                                                  base::Timestamp now) {
  const ErrorQueue queue;
  const auto old_root = from_der<CertificatePtr, d2i_X509>(old.root_certificate);
  if (old_root == nullptr) return fail(ErrorCode::kInternal, "The old root cannot be read.");
  const bool linked =
      !old.root_key.empty() && now < timestamp_of(X509_get0_notAfter(old_root.get()));
  KeyPtr old_key;
  if (linked) {
    old_key = MUSTER_TRY(load_key(old.root_key, plan.tokens, X509_get0_pubkey(old_root.get())));
  }
  // An authority that changes its key keeps its name (RFC 4210 §4.4). One that was made elsewhere
  // has a name that is not ours to use.
  const NamePtr name = linked ? NamePtr(X509_NAME_dup(X509_get_subject_name(old_root.get())))
                              : name_for(plan, "Muster Root");
  NewRoot root;
  AuthorityMaterial made =
      MUSTER_TRY(make_generation(plan, old.generation + 1, name.get(), now, root));
  if (linked) MUSTER_TRY(link(plan, old_root.get(), old_key.get(), root, now, made));
  return made;
}

base::Result<AuthorityMaterial> import_authority(std::uint32_t generation,
                                                 std::string_view issuing_pem, std::string_view key,
                                                 std::string_view root_pem,
                                                 const TokenStore& tokens, base::Timestamp now) {
  const ErrorQueue queue;
  const CertificatePtr issuing = MUSTER_TRY(one_certificate(issuing_pem, "issuing"));
  const CertificatePtr root = MUSTER_TRY(one_certificate(root_pem, "root"));
  MUSTER_TRY(check_is_authority(issuing.get()));
  MUSTER_TRY(check_chain(issuing.get(), root.get(), now));
  const KeyPtr loaded = MUSTER_TRY(load_key(key, tokens, X509_get0_pubkey(issuing.get())));
  AuthorityMaterial made;
  made.generation = generation;
  made.root_certificate = der_of<i2d_X509>(root.get());
  made.issuing_certificate = der_of<i2d_X509>(issuing.get());
  made.issuing_key = kept_form(key, loaded.get());
  return made;
}

}  // namespace muster::pki
