// The HTTP surface that devices use: EST (RFC 7030, RFC 8951), their reports, and what is published
// about a tenant's authority. docs/devices.md is the contract.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "enrollment/device_enrollment.h"
#include "enrollment/tenant_authorities.h"
#include "est/backend.h"
#include "http/message.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace muster::est {

struct ServiceSettings {
  // Octets of base64 on a line of an answer; 0 for one line. Some clients cannot read lines
  // (strongSwan), others nothing else (libest's cacerts).
  unsigned line_length = 0;
  bool log_requests = false;
};

// The tenant of a label, as Backend::find_place.
using PlaceLookup =
    std::function<base::Result<std::optional<enrollment::TenantPlace>>(std::string_view label)>;

// Everything must outlive the service and what it was asked.
struct ServiceParts {
  enrollment::DeviceEnrollment& enrollment;
  enrollment::TenantAuthorities& authorities;
  PlaceLookup find_place;
  const base::Clock& clock;
  observe::Log& log;
  observe::Metrics& metrics;
};

// Thread-safe. Answers are given on the calling thread or on one of the backend's; those that wait
// for the backend keep alive what they need, so the service may go before they come.
class Service {
 public:
  Service(ServiceParts parts, ServiceSettings settings);
  // Over another backend.
  Service(std::unique_ptr<Backend> backend, const base::Clock& clock, observe::Log& log,
          observe::Metrics& metrics, ServiceSettings settings);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void use(ServiceSettings settings);

  // Whether a path is this service's: /.well-known/est…, /pki/…, /device/….
  [[nodiscard]] static bool owns(std::string_view path);
  // Precondition: owns(request.path()).
  void handle(http::Request&& request, http::Responder responder);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace muster::est
