#include "pki/certificate_maker.h"

#include "base/encoding.h"
#include "base/random.h"
#include "pki/asn1.h"
#include "pki/plain_key.h"
#include "pki/private_key.h"

namespace muster::pki {
namespace {

constexpr std::size_t kLongestPart = 64;  // ub-common-name and its like, in characters

GeneralNamePtr uri_name(const std::string& uri) {
  GeneralNamePtr name(GENERAL_NAME_new());
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  if (name == nullptr || text == nullptr ||
      ASN1_STRING_set(text, uri.data(), static_cast<int>(uri.size())) != 1) {
    ASN1_IA5STRING_free(text);
    return nullptr;
  }
  GENERAL_NAME_set0_value(name.get(), GEN_URI, text);
  return name;
}

GeneralNamesPtr uri_names(const std::string& uri) {
  GeneralNamesPtr names(GENERAL_NAMES_new());
  GeneralNamePtr name = uri_name(uri);
  if (names == nullptr || name == nullptr || sk_GENERAL_NAME_push(names.get(), name.get()) <= 0) {
    return nullptr;
  }
  static_cast<void>(name.release());  // the list owns it now
  return names;
}

void free_access(AUTHORITY_INFO_ACCESS* access) {
  AUTHORITY_INFO_ACCESS_free(access);
}
void free_points(CRL_DIST_POINTS* points) {
  CRL_DIST_POINTS_free(points);
}

bool add_method(AUTHORITY_INFO_ACCESS* access, int method, const std::string& url) {
  base::Owner<ACCESS_DESCRIPTION, ACCESS_DESCRIPTION_free> description(ACCESS_DESCRIPTION_new());
  GeneralNamePtr location = uri_name(url);
  if (access == nullptr || description == nullptr || location == nullptr) return false;
  ASN1_OBJECT_free(description->method);
  GENERAL_NAME_free(description->location);
  description->method = OBJ_nid2obj(method);
  description->location = location.release();
  if (sk_ACCESS_DESCRIPTION_push(access, description.get()) <= 0) return false;
  static_cast<void>(description.release());
  return true;
}

// At most kLongestPart characters, none of them a control character.
std::string fitting(const std::string& text) {
  if (!base::is_utf8(text)) return {};
  std::string out;
  std::size_t at = 0;
  for (std::size_t taken = 0; at < text.size() && taken < kLongestPart;) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0U) == 0x80U) ++next;
    const std::string character = text.substr(at, next - at);
    at = next;
    if (has_control_characters(character)) continue;
    out += character;
    ++taken;
  }
  return out;
}

bool add_entry(X509_NAME* name, int kind, const std::string& text) {
  const std::string value = fitting(text);
  return value.empty() || X509_NAME_add_entry_by_NID(name, kind, MBSTRING_UTF8, octets(value),
                                                     static_cast<int>(value.size()), -1, 0) == 1;
}

}  // namespace

// Always 16 octets of DER: positive, and not to be guessed by 126 bits.
std::string random_serial() {
  std::string serial = base::random_octets(16);
  serial[0] = static_cast<char>((static_cast<unsigned char>(serial[0]) & 0x3fU) | 0x40U);
  return base::hex(serial);
}

NamePtr make_name(const NameParts& parts) {
  NamePtr name(X509_NAME_new());
  const bool made = name != nullptr &&
                    add_entry(name.get(), NID_organizationName, parts.organization) &&
                    add_entry(name.get(), NID_organizationalUnitName, parts.unit) &&
                    add_entry(name.get(), NID_commonName, parts.common_name);
  return made ? std::move(name) : nullptr;
}

CertificateMaker::CertificateMaker(const X509_NAME* subject, EVP_PKEY* key, X509* issuer,
                                   Dates dates)
    : CertificateMaker(subject, issuer, dates) {
  note(good_ && X509_set_pubkey(made_.get(), key) == 1);
}

CertificateMaker::CertificateMaker(const X509_NAME* subject, std::string_view spki, X509* issuer,
                                   Dates dates)
    : CertificateMaker(subject, issuer, dates) {
  note(good_ && put_public_key(X509_get_X509_PUBKEY(made_.get()), spki));
}

CertificateMaker::CertificateMaker(const X509_NAME* subject, X509* issuer, Dates dates)
    : made_(X509_new()), issuer_(issuer) {
  const IntegerPtr serial = serial_number(random_serial());
  const TimePtr from = asn1_time(dates.not_before);
  const TimePtr to = asn1_time(dates.not_after);
  const X509_NAME* issuer_name = issuer != nullptr ? X509_get_subject_name(issuer) : subject;
  note(made_ != nullptr && serial != nullptr && from != nullptr && to != nullptr &&
       X509_set_version(made_.get(), X509_VERSION_3) == 1 &&
       X509_set_serialNumber(made_.get(), serial.get()) == 1 &&
       X509_set_issuer_name(made_.get(), issuer_name) == 1 &&
       X509_set_subject_name(made_.get(), subject) == 1 &&
       X509_set1_notBefore(made_.get(), from.get()) == 1 &&
       X509_set1_notAfter(made_.get(), to.get()) == 1);
}

void CertificateMaker::add(int kind, const char* value) {
  if (!good_) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer(), made_.get(), nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const base::Owner<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  note(extension != nullptr && X509_add_ext(made_.get(), extension.get(), -1) == 1);
}

void CertificateMaker::add_key_identifiers() {
  add(NID_subject_key_identifier, "hash");
  add(NID_authority_key_identifier, "keyid:always");
}

void CertificateMaker::add_uri_name(const std::string& uri) {
  if (!good_) return;
  const GeneralNamesPtr names = uri_names(uri);
  note(names != nullptr && X509_add1_ext_i2d(made_.get(), NID_subject_alt_name, names.get(), 0,
                                             X509V3_ADD_DEFAULT) == 1);
}

void CertificateMaker::add_crl_location(const std::string& url) {
  if (!good_) return;
  const base::Owner<CRL_DIST_POINTS, free_points> points(CRL_DIST_POINTS_new());
  base::Owner<DIST_POINT, DIST_POINT_free> point(DIST_POINT_new());
  base::Owner<DIST_POINT_NAME, DIST_POINT_NAME_free> name(DIST_POINT_NAME_new());
  GeneralNamesPtr names = uri_names(url);
  note(points != nullptr && point != nullptr && name != nullptr && names != nullptr);
  if (!good_) return;
  name->type = 0;  // fullName
  name->name.fullname = names.release();
  point->distpoint = name.release();
  note(sk_DIST_POINT_push(points.get(), point.get()) > 0);
  if (!good_) return;
  static_cast<void>(point.release());
  note(X509_add1_ext_i2d(made_.get(), NID_crl_distribution_points, points.get(), 0,
                         X509V3_ADD_DEFAULT) == 1);
}

void CertificateMaker::add_access(const std::string& ocsp, const std::string& issuer_url) {
  if (!good_) return;
  const base::Owner<AUTHORITY_INFO_ACCESS, free_access> access(AUTHORITY_INFO_ACCESS_new());
  note(ocsp.empty() || add_method(access.get(), NID_ad_OCSP, ocsp));
  note(add_method(access.get(), NID_ad_ca_issuers, issuer_url));
  note(good_ &&
       X509_add1_ext_i2d(made_.get(), NID_info_access, access.get(), 0, X509V3_ADD_DEFAULT) == 1);
}

base::Result<CertificatePtr> CertificateMaker::sign(EVP_PKEY* key) && {
  note(good_ && X509_sign(made_.get(), key, digest_for(key)) > 0);
  if (!good_) {
    return base::fail(base::ErrorCode::kInternal, "The certificate could not be made.");
  }
  return std::move(made_);
}

}  // namespace muster::pki
