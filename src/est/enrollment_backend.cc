// The surface over the enrolment core.
#include <memory>
#include <utility>

#include "est/service.h"

namespace muster::est {
namespace {

// The backend of the product.
class EnrollmentBackend final : public Backend {
 public:
  EnrollmentBackend(enrollment::DeviceEnrollment& enrollment,
                    enrollment::TenantAuthorities& authorities, PlaceLookup find_place)
      : enrollment_(enrollment), authorities_(authorities), find_place_(std::move(find_place)) {}

  base::Result<std::optional<enrollment::TenantPlace>> find_place(std::string_view label) override {
    return find_place_(label);
  }
  void enroll(enrollment::DeviceCaller caller, std::string_view token, std::string_view request,
              std::string_view channel_binding, AnswerDone done) override;
  void renew(enrollment::DeviceCaller caller, std::string_view certificate,
             std::string_view request, std::string_view channel_binding, AnswerDone done) override;
  void report(enrollment::DeviceCaller caller, std::string_view certificate, std::string_view body,
              StatusDone done) override;
  void trust_anchors(const enrollment::TenantPlace& place, AnchorsDone done) override;
  base::Result<std::string> certificate(const enrollment::TenantPlace& place,
                                        std::uint32_t generation, bool root) override;
  base::Result<std::string> crl(const enrollment::TenantPlace& place, std::uint32_t generation,
                                bool root) override;
  base::Result<std::string> ocsp(const enrollment::TenantPlace& place,
                                 std::string_view request) override;

 private:
  using AuthorityPtr = std::shared_ptr<const pki::Authority>;
  [[nodiscard]] base::Result<AuthorityPtr> authority(const enrollment::TenantPlace& place,
                                                     std::uint32_t generation);

  enrollment::DeviceEnrollment& enrollment_;
  enrollment::TenantAuthorities& authorities_;
  PlaceLookup find_place_;
};

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

}  // namespace

Service::Service(ServiceParts parts, ServiceSettings settings)
    : Service(std::make_unique<EnrollmentBackend>(parts.enrollment, parts.authorities,
                                                  std::move(parts.find_place)),
              parts.clock, parts.log, parts.metrics, settings) {}

}  // namespace muster::est
