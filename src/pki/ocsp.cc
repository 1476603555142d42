#include "pki/ocsp.h"

#include <optional>
#include <utility>

#include <openssl/ocsp.h>

#include "pki/asn1.h"
#include "pki/authority_impl.h"
#include "pki/openssl_ptr.h"
#include "pki/private_key.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

using BasicPtr = base::Owner<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using IdPtr = base::Owner<OCSP_CERTID, OCSP_CERTID_free>;
using OcspRequestPtr = base::Owner<OCSP_REQUEST, OCSP_REQUEST_free>;
using OcspResponsePtr = base::Owner<OCSP_RESPONSE, OCSP_RESPONSE_free>;

constexpr int kMostCertificates = 16;
constexpr int kLongestNonce = 32;

base::Result<std::string> error_response(int status) {
  const OcspResponsePtr response(OCSP_response_create(status, nullptr));
  if (response == nullptr) return fail(ErrorCode::kInternal, "No OCSP response could be made.");
  return der_of<i2d_OCSP_RESPONSE>(response.get());
}

// RFC 8954 §2.1: one OCTET STRING of 1 to 32 octets, or none.
bool has_sound_nonce(OCSP_REQUEST* request) {
  const int at = OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, -1);
  if (at < 0) return true;
  if (OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, at) >= 0) return false;
  const auto nonce = from_der<OctetStringPtr, d2i_ASN1_OCTET_STRING>(
      text_of(X509_EXTENSION_get_data(OCSP_REQUEST_get_ext(request, at))));
  return nonce != nullptr && ASN1_STRING_length(nonce.get()) >= 1 &&
         ASN1_STRING_length(nonce.get()) <= kLongestNonce;
}

// What must be understood and is not (RFC 6960 §4.4).
bool has_unknown_critical(OCSP_REQUEST* request) {
  for (int index = 0; index < OCSP_REQUEST_get_ext_count(request); ++index) {
    X509_EXTENSION* extension = OCSP_REQUEST_get_ext(request, index);
    if (X509_EXTENSION_get_critical(extension) != 0 &&
        OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_id_pkix_OCSP_Nonce) {
      return true;
    }
  }
  for (int index = 0; index < OCSP_request_onereq_count(request); ++index) {
    if (OCSP_ONEREQ_get_ext_by_critical(OCSP_request_onereq_get0(request, index), 1, -1) >= 0) {
      return true;
    }
  }
  return false;
}

OcspRequestPtr read_request(std::string_view der) {
  auto request = from_der<OcspRequestPtr, d2i_OCSP_REQUEST>(der);
  // What OpenSSL reads beyond DER it cannot always write again, and the answer repeats the
  // question.
  if (request == nullptr || der_of<i2d_OCSP_REQUEST>(request.get()) != der) return nullptr;
  const int count = OCSP_request_onereq_count(request.get());
  const bool sound = count >= 1 && count <= kMostCertificates && has_sound_nonce(request.get()) &&
                     !has_unknown_critical(request.get());
  return sound ? std::move(request) : nullptr;
}

OCSP_CERTID* id_in(OCSP_REQUEST* request, int index) {
  return OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, index));
}

ASN1_INTEGER* serial_in(OCSP_CERTID* id) {
  ASN1_INTEGER* serial = nullptr;
  OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id);
  return serial;
}

bool is_of(OCSP_CERTID* id, const X509* issuer) {
  ASN1_OBJECT* algorithm = nullptr;
  OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, id);
  const EVP_MD* digest = EVP_get_digestbyobj(algorithm);
  if (digest == nullptr) return false;
  const IdPtr own(OCSP_cert_id_new(digest, X509_get_subject_name(issuer),
                                   X509_get0_pubkey_bitstr(issuer), serial_in(id)));
  return own != nullptr && OCSP_id_issuer_cmp(own.get(), id) == 0;
}

// The one authority that all of the request is about: an answer has one signature, and the
// authority can speak for nobody but itself.
const Authority* authority_for(OCSP_REQUEST* request,
                               const std::vector<std::shared_ptr<const Authority>>& authorities) {
  for (const auto& authority : authorities) {
    const X509* issuer = authority->impl().issuing.get();
    bool all = true;
    for (int index = 0; all && index < OCSP_request_onereq_count(request); ++index) {
      all = is_of(id_in(request, index), issuer);
    }
    if (all) return authority.get();
  }
  return nullptr;
}

int code_of(CertificateStatus::Kind kind) {
  switch (kind) {
    case CertificateStatus::Kind::kGood:
      return V_OCSP_CERTSTATUS_GOOD;
    case CertificateStatus::Kind::kRevoked:
      return V_OCSP_CERTSTATUS_REVOKED;
    case CertificateStatus::Kind::kUnknown:
      break;
  }
  return V_OCSP_CERTSTATUS_UNKNOWN;
}

bool add_status(OCSP_BASICRESP* response, OCSP_CERTID* id, const CertificateStatus& status,
                ASN1_TIME* now, ASN1_TIME* next) {
  const bool gives_reason = status.revocation.reason != RevocationReason::kUnspecified;
  const int reason =
      gives_reason ? static_cast<int>(status.revocation.reason) : OCSP_REVOKED_STATUS_NOSTATUS;
  const TimePtr revoked = asn1_time(status.revocation.revoked);
  return OCSP_basic_add1_status(response, id, code_of(status.kind), reason, revoked.get(), now,
                                next) != nullptr;
}

// OpenSSL would take the time of day of the system; it has no setter.
bool set_produced_at(OCSP_BASICRESP* response, base::Timestamp now) {
  auto* produced = const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(response));
  return ASN1_GENERALIZEDTIME_set(produced, static_cast<time_t>(now.unix_seconds())) != nullptr;
}

// The issuer's certificate is not sent along: who asks has it, for its hash is in the question.
bool sign(OCSP_BASICRESP* response, const Authority::Impl& signer, base::Timestamp now) {
  constexpr unsigned long kFlags = OCSP_NOCERTS | OCSP_RESPID_KEY | OCSP_NOTIME;
  EVP_PKEY* key = signer.issuing_key.get();
  return set_produced_at(response, now) && OCSP_basic_sign(response, signer.issuing.get(), key,
                                                           digest_for(key), nullptr, kFlags) == 1;
}

}  // namespace

base::Result<std::string> answer_ocsp(
    std::string_view request, const std::vector<std::shared_ptr<const Authority>>& authorities,
    const StatusLookup& lookup, base::Timestamp now, std::chrono::seconds validity) {
  const ErrorQueue queue;
  const OcspRequestPtr asked = read_request(request);
  if (asked == nullptr) return error_response(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  const Authority* authority = authority_for(asked.get(), authorities);
  if (authority == nullptr) return error_response(OCSP_RESPONSE_STATUS_UNAUTHORIZED);

  const BasicPtr basic(OCSP_BASICRESP_new());
  const TimePtr from = asn1_time(now);
  const TimePtr next = asn1_time(now.plus(validity));
  bool made = basic != nullptr && from != nullptr && next != nullptr;
  for (int index = 0; made && index < OCSP_request_onereq_count(asked.get()); ++index) {
    OCSP_CERTID* id = id_in(asked.get(), index);
    const CertificateStatus status = MUSTER_TRY(lookup(*authority, serial_text(serial_in(id))));
    made = add_status(basic.get(), id, status, from.get(), next.get());
  }
  made = made && OCSP_copy_nonce(basic.get(), asked.get()) > 0 &&
         sign(basic.get(), authority->impl(), now);
  const OcspResponsePtr response(
      made ? OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()) : nullptr);
  if (response == nullptr) return fail(ErrorCode::kInternal, "The OCSP response was not made.");
  return der_of<i2d_OCSP_RESPONSE>(response.get());
}

}  // namespace muster::pki
