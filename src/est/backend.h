// What the HTTP surface of devices asks of enrolment. An interface, because the surface has rules
// of its own, those of HTTP and EST, which are tested without a store and without keys.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "enrollment/device_enrollment.h"
#include "enrollment/tenant_authorities.h"

namespace muster::est {

// Thread-safe. Where nothing else is said, functions mean what those of DeviceEnrollment and
// TenantAuthorities mean. Views that are given live until `done` was called.
class Backend {
 public:
  using AnswerDone = enrollment::DeviceEnrollment::AnswerDone;
  using StatusDone = enrollment::DeviceEnrollment::StatusDone;
  using AnchorsDone = std::function<void(base::Result<std::vector<std::string>>)>;

  virtual ~Backend() = default;

  // The tenant of a label; of none, when there is one tenant. nullopt when there is no such tenant.
  [[nodiscard]] virtual base::Result<std::optional<enrollment::TenantPlace>> find_place(
      std::string_view label) = 0;

  virtual void enroll(enrollment::DeviceCaller caller, std::string_view token,
                      std::string_view request, std::string_view channel_binding,
                      AnswerDone done) = 0;
  virtual void renew(enrollment::DeviceCaller caller, std::string_view certificate,
                     std::string_view request, std::string_view channel_binding,
                     AnswerDone done) = 0;
  virtual void report(enrollment::DeviceCaller caller, std::string_view certificate,
                      std::string_view body, StatusDone done) = 0;
  virtual void trust_anchors(const enrollment::TenantPlace& place, AnchorsDone done) = 0;

  // DER, of that generation, or of the newest for 0; the root's or the issuing authority's.
  // kNotFound when there is none.
  [[nodiscard]] virtual base::Result<std::string> certificate(const enrollment::TenantPlace& place,
                                                              std::uint32_t generation,
                                                              bool root) = 0;
  [[nodiscard]] virtual base::Result<std::string> crl(const enrollment::TenantPlace& place,
                                                      std::uint32_t generation, bool root) = 0;
  [[nodiscard]] virtual base::Result<std::string> ocsp(const enrollment::TenantPlace& place,
                                                       std::string_view request) = 0;
};

}  // namespace muster::est
