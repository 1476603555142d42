// The HTTP surface that devices use: EST (RFC 7030, RFC 8951), their reports, and what is published
// about a tenant's authority. docs/devices.md is the contract.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/shared_value.h"
#include "enrollment/device_enrollment.h"
#include "enrollment/tenant_authorities.h"
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

// The tenant of a label; of none, when there is one tenant. nullopt when there is no such tenant.
using PlaceLookup =
    std::function<base::Result<std::optional<enrollment::TenantPlace>>(std::string_view label)>;

// Everything must outlive the service.
struct ServiceParts {
  enrollment::DeviceEnrollment& enrollment;
  enrollment::TenantAuthorities& authorities;
  PlaceLookup find_place;
  const base::Clock& clock;
  observe::Log& log;
  observe::Metrics& metrics;
};

// Thread-safe.
class Service {
 public:
  Service(ServiceParts parts, ServiceSettings settings);
  ~Service();

  void use(ServiceSettings settings);

  // Whether a path is this service's: /.well-known/est…, /pki/…, /device/….
  [[nodiscard]] static bool owns(std::string_view path);
  // Precondition: owns(request.path()).
  void handle(http::Request&& request, http::Responder responder);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster::est
