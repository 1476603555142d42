// The writes that devices cause: an enrolment with everything that belongs to it, or a renewal.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/vault.h"
#include "edm/device_enrollment_model.h"
#include "edm/record.h"
#include "enrollment/caller.h"
#include "enrollment/enrollment_state.h"
#include "pki/authority.h"
#include "store/store.h"

namespace muster::enrollment {

// What both have. All is made before the write, which may run more than once; `outcome` is its
// result.
struct DeviceWrite {
  std::shared_ptr<const base::Vault> vault;
  Caller caller;
  base::Timestamp now;
  std::string event_id;
  std::string enrollment_id;
  std::string device_id;
  edm::Record facts{edm::kDeviceFactsType};
  std::string key_fingerprint;  // hex
  std::string remote;
  std::int64_t key_attestation = 0;  // edm::kKeyAttestationResult
  std::string generation = {};       // of the authority
  std::optional<pki::IssuedCertificate> certificate = {};
  Verdict outcome = {};

  // The enrolment's own row as it is before anything is issued.
  [[nodiscard]] edm::Record enrollment_row(std::int64_t kind) const;
  // Adds the certificate, notes it in `enrollment` and on the device.
  [[nodiscard]] base::Status put_certificate(store::Transaction& transaction,
                                             edm::Record& enrollment, edm::Record& device) const;
};

struct EnrollmentWrite : DeviceWrite {
  std::string token_hash;
  std::int64_t demand = 0;  // edm::kKeyAttestationDemand that the device was found to meet
  // Result: what was made before is not what the verdict needs; it is to be made anew.
  bool outdated = false;

  // Judges again and does what the verdict says: issues, or lets the device wait. An error when the
  // verdict is none that the device may have, or needs what was not made.
  [[nodiscard]] base::Status run(store::Transaction& transaction);

 private:
  [[nodiscard]] bool is_prepared() const;
  [[nodiscard]] bool is_of_this_device(const edm::Record& enrollment) const;
  base::Status send_back();
  base::Status queue(store::Transaction& transaction);
  base::Status issue(store::Transaction& transaction);
};

struct RenewalWrite : DeviceWrite {
  std::string old_revocation_key;  // that the certificate shown would have, were it revoked

  [[nodiscard]] base::Status run(store::Transaction& transaction);
};

// A report: facts of a device whose certificate was accepted. kForbidden when it is gone.
struct ReportWrite {
  Caller caller;
  base::Timestamp now;
  std::string device_id;
  edm::Record facts{edm::kDeviceFactsType};
  std::string revocation_key;

  [[nodiscard]] base::Status run(store::Transaction& transaction) const;
};

// The refusal of a certificate, whatever the reason.
[[nodiscard]] base::Error certificate_refused();

}  // namespace muster::enrollment
