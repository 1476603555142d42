#include "enrollment/enrollment_state.h"

#include <utility>

#include "edm/authority_model.h"
#include "edm/device_enrollment_model.h"
#include "edm/system_model.h"
#include "enrollment/revocation.h"

namespace muster::enrollment {
namespace {

namespace token_row = edm::enrollment_token;
namespace policy = edm::enrollment_policy;
namespace row = edm::device_enrollment;
namespace state = edm::device_enrollment_state;
using Kind = Verdict::Kind;

}  // namespace

base::Error token_refused() {
  return base::fail(base::ErrorCode::kNotAuthenticated, "The enrolment token is not accepted.");
}

std::optional<std::string> fault_of_token(const std::optional<edm::Record>& token,
                                          base::Timestamp now) {
  if (!token) return "unknown token";
  if (!token->get(token_row::kRevoked)->is_none()) return "revoked or replaced token";
  if (*token->get(token_row::kExpiration) <= now) return "expired token";
  return std::nullopt;
}

base::Result<Verdict> given_certificate(store::Reader& reader, std::string_view tenant,
                                        edm::Record enrollment) {
  Verdict verdict{.kind = Kind::kAnswered};
  const auto serial = enrollment.value_or(row::kCertificateSerial, std::string());
  const auto issued = MUSTER_TRY(reader.get(edm::kCertificates, tenant, serial));
  if (!issued) return base::fail(base::ErrorCode::kInternal, "An issued certificate is not there.");
  const std::string key = revocation_key(*issued->get(edm::certificate::kGeneration), serial);
  if (MUSTER_TRY(reader.get(edm::kRevocations, tenant, key))) {
    verdict.kind = Kind::kDenied;
    verdict.reason = "the certificate that was issued is revoked";
  }
  verdict.certificate = *issued->get(edm::certificate::kDer);
  verdict.enrollment = std::move(enrollment);
  return verdict;
}

base::Result<Verdict> judge_enrollment(store::Reader& reader, std::string_view tenant,
                                       std::string_view token_hash, std::string_view enrollment_id,
                                       base::Timestamp now) {
  Verdict verdict;
  verdict.token = MUSTER_TRY(reader.get(edm::kEnrollmentTokens, tenant, token_hash));
  if (const auto fault = fault_of_token(verdict.token, now)) {
    verdict.reason = *fault;
    return verdict;
  }
  verdict.enrollment = MUSTER_TRY(reader.get(edm::kDeviceEnrollments, tenant, enrollment_id));
  const std::int64_t reached =
      verdict.enrollment ? *verdict.enrollment->get(row::kState) : std::int64_t{-1};
  if (reached == state::kEnrolled) {
    return given_certificate(reader, tenant, *std::move(verdict.enrollment));
  }
  if (reached == state::kDenied) {
    verdict.kind = Kind::kDenied;
    verdict.reason = "denied by an administrator";
    return verdict;
  }
  const auto demands = MUSTER_TRY(
      reader.get(edm::kEnrollmentPolicies, tenant, *verdict.token->get(token_row::kProfileId)));
  const auto demand = [&](edm::Field<std::int64_t> field) {
    return demands ? *demands->get(field) : std::int64_t{0};
  };
  const std::int64_t limit = demand(policy::kTokenUsageLimit);
  if (limit > 0 && *verdict.token->get(token_row::kUses) >= limit) {
    verdict.reason = "used-up token";
    return verdict;
  }
  verdict.key_attestation = demand(policy::kKeyAttestation);
  verdict.needs_approval = demand(policy::kApproval) == edm::enrollment_approval::kRequired;
  verdict.kind = reached == state::kApproved || !verdict.needs_approval ? Kind::kIssue
                 : reached == state::kPending                           ? Kind::kPending
                                                                        : Kind::kQueue;
  return verdict;
}

}  // namespace muster::enrollment
