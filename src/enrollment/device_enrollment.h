// What devices do: enrol with a token, renew their certificate, report. docs/devices.md is the
// contract with their authors. Each is one write: token, device, count, certificate and audit event
// change together or not at all.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/shared_value.h"
#include "base/vault.h"
#include "enrollment/caller.h"
#include "enrollment/tenant_authorities.h"
#include "pki/attestation.h"
#include "pki/certificate_request.h"
#include "store/store.h"

namespace muster::enrollment {

struct EnrollmentPolicy {
  pki::KeyPolicy keys = {};
  pki::AttestationPolicy attestation = {};
  std::chrono::seconds certificate_validity = std::chrono::hours(24 * 365);
  std::chrono::seconds backdate = std::chrono::hours(24);
  // After which a device asks again whether it was approved.
  std::chrono::seconds retry_after{30};
};

// Where a request of a device came from. `device` is filled in for the audit log when it is known.
struct DeviceCaller {
  TenantPlace place;
  std::string request_id;  // UUID
  std::string remote;      // address
};

struct EnrollmentAnswer {
  std::string certificate = {};  // DER; empty while an administrator has to approve
  std::chrono::seconds retry_after{0};
};

// Thread-safe. Completions are called once: on the calling thread when the request is refused
// before a write is queued, else on a thread of the store.
//
// Errors: kNotAuthenticated for a token that is not accepted, one and the same for every reason;
// kBadRequest for a request that does not fit; kForbidden when the device may not (denied,
// attestation, and at a renewal a certificate that is not accepted); the store's. Every refusal is
// in the audit log with its reason, but for floods: at most `kAuditedRefusals` a minute and tenant.
class DeviceEnrollment {
 public:
  using AnswerDone = std::function<void(base::Result<EnrollmentAnswer>)>;
  using StatusDone = std::function<void(base::Status)>;
  static constexpr unsigned kAuditedRefusals = 120;

  // All must outlive this.
  DeviceEnrollment(store::Store& store, const base::Clock& clock,
                   std::shared_ptr<const base::Vault> vault, TenantAuthorities& authorities,
                   std::shared_ptr<const EnrollmentPolicy> policy);
  ~DeviceEnrollment();

  void use(std::shared_ptr<const EnrollmentPolicy> policy);

  // `request`: DER of a PKCS#10, or what was sent in its place. `token` is judged first: the body
  // of a stranger is not looked at. `channel_binding`: octets that a challengePassword is compared
  // with; empty when the connection has none.
  void enroll(DeviceCaller caller, std::string_view token, std::string_view request,
              std::string_view channel_binding, AnswerDone done);

  // `certificate`: DER of the TLS client certificate, whose key the client has proved to have;
  // empty when it sent none.
  void renew(DeviceCaller caller, std::string_view certificate, std::string_view request,
             std::string_view channel_binding, AnswerDone done);

  // `body`: JSON object of device facts.
  void report(DeviceCaller caller, std::string_view certificate, std::string_view body,
              StatusDone done);

  // What /cacerts gives: DER certificates, the newest root first.
  void trust_anchors(const TenantPlace& place,
                     std::function<void(base::Result<std::vector<std::string>>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster::enrollment
