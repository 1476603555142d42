#include "est/backend.h"

namespace muster::est {

void EnrollmentBackend::enroll(enrollment::DeviceCaller caller, std::string_view token,
                               std::string_view request, std::string_view channel_binding,
                               AnswerDone done) {
  enrollment_.enroll(std::move(caller), token, request, channel_binding, std::move(done));
}

void EnrollmentBackend::renew(enrollment::DeviceCaller caller, std::string_view certificate,
                              std::string_view request, std::string_view channel_binding,
                              AnswerDone done) {
  enrollment_.renew(std::move(caller), certificate, request, channel_binding, std::move(done));
}

void EnrollmentBackend::report(enrollment::DeviceCaller caller, std::string_view certificate,
                               std::string_view body, StatusDone done) {
  enrollment_.report(std::move(caller), certificate, body, std::move(done));
}

void EnrollmentBackend::trust_anchors(const enrollment::TenantPlace& place, AnchorsDone done) {
  enrollment_.trust_anchors(place, std::move(done));
}

base::Result<EnrollmentBackend::AuthorityPtr> EnrollmentBackend::authority(
    const enrollment::TenantPlace& place, std::uint32_t generation) {
  const auto generations = MUSTER_TRY(authorities_.find(place));
  if (generations && !generations->empty()) {
    if (generation == 0) return generations->back();
    for (const AuthorityPtr& one : *generations) {
      if (one->generation() == generation) return one;
    }
  }
  return base::fail(base::ErrorCode::kNotFound, "There is no such authority.");
}

base::Result<std::string> EnrollmentBackend::certificate(const enrollment::TenantPlace& place,
                                                         std::uint32_t generation, bool root) {
  const AuthorityPtr found = MUSTER_TRY(authority(place, generation));
  return root ? found->material().root_certificate : found->material().issuing_certificate;
}

base::Result<std::string> EnrollmentBackend::crl(const enrollment::TenantPlace& place,
                                                 std::uint32_t generation, bool root) {
  if (generation == 0) generation = MUSTER_TRY(authority(place, 0))->generation();
  return authorities_.crl(place, generation, root);
}

base::Result<std::string> EnrollmentBackend::ocsp(const enrollment::TenantPlace& place,
                                                  std::string_view request) {
  return authorities_.ocsp(place, request);
}

}  // namespace muster::est
