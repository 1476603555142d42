#include "enrollment/device_write.h"

#include <algorithm>
#include <utility>

#include "edm/authority_model.h"
#include "edm/device_model.h"
#include "edm/device_owner_model.h"
#include "edm/enrollment_model.h"
#include "edm/system_model.h"
#include "enrollment/audit.h"
#include "enrollment/derived_id.h"
#include "enrollment/device_facts.h"
#include "enrollment/device_name.h"

namespace muster::enrollment {
namespace {

namespace device = edm::managed_device;
namespace fact = edm::device_facts;
namespace owner = edm::device_owner_profile;
namespace row = edm::device_enrollment;
namespace state = edm::device_enrollment_state;
namespace token_row = edm::enrollment_token;
using Kind = Verdict::Kind;

constexpr std::string_view kUsualName = "{{DEVICETYPE}}_{{SERIAL}}_{{ENROLLMENTDATETIME}}";
constexpr std::int64_t kMostUses = 20'000;  // that enrollmentTokenUsageCount can say

void put_text(edm::Record& record, edm::Field<std::string> to, const edm::Record& from,
              edm::Field<std::string> field) {
  if (const std::string* text = from.get(field)) record.put(to, *text);
}

// What an enrolment reads and changes of the profile, whichever type it has.
struct Profile {
  const edm::EntitySet* set;
  edm::Record record;

  [[nodiscard]] bool is_owner() const { return set == &edm::kDeviceOwnerProfiles; }
  [[nodiscard]] std::string name() const {
    return record.value_or(is_owner() ? owner::kDisplayName : edm::profile::kDisplayName,
                           std::string());
  }
  [[nodiscard]] std::string name_template() const {
    std::string text = is_owner() ? record.value_or(owner::kDeviceNameTemplate, std::string()) : "";
    return text.empty() ? std::string(kUsualName) : text;
  }
  [[nodiscard]] std::int64_t mode() const {
    return is_owner() ? *record.get(owner::kMode) : edm::enrollment_mode::kDedicated;
  }
  [[nodiscard]] bool is_aosp() const {
    return mode() == edm::enrollment_mode::kAospUserless ||
           mode() == edm::enrollment_mode::kAospUserAssociated;
  }
  [[nodiscard]] std::int64_t enrollment_type() const {
    namespace mode_of = edm::enrollment_mode;
    namespace type = edm::device_enrollment_type;
    switch (mode()) {
      case mode_of::kFullyManaged:
        return type::kFullyManaged;
      case mode_of::kWorkProfile:
        return type::kWorkProfile;
      case mode_of::kAospUserless:
        return type::kAospUserless;
      case mode_of::kAospUserAssociated:
        return type::kAospUserAssociated;
      default:
        return type::kDedicated;
    }
  }
  // False when nothing changes.
  [[nodiscard]] bool count(bool new_device) {
    const auto counted =
        is_owner() ? owner::kEnrolledDeviceCount : edm::profile::kEnrolledDeviceCount;
    if (new_device) {
      record.put(counted, std::min<std::int64_t>(*record.get(counted) + 1, INT32_MAX));
    }
    if (is_aosp()) {
      record.put(owner::kTokenUsageCount,
                 std::min(*record.get(owner::kTokenUsageCount) + 1, kMostUses));
    }
    return new_device || is_aosp();
  }
};

base::Result<Profile> profile_of(store::Transaction& transaction, std::string_view tenant,
                                 const edm::Record& token) {
  const bool is_owner = *token.get(token_row::kProfileSet) == edm::kDeviceOwnerProfiles.name;
  const edm::EntitySet& set = is_owner ? edm::kDeviceOwnerProfiles : edm::kProfiles;
  auto record = MUSTER_TRY(transaction.get(set, tenant, *token.get(token_row::kProfileId)));
  if (!record) return token_refused();
  return Profile{&set, *std::move(record)};
}

void raise_version(edm::Record& record) {
  edm::set_version(record, edm::version_of(record).value_or(0) + 1);
}

// Whether the device is new to the profile; from now on it is not.
base::Result<bool> note_device(store::Transaction& transaction, const DeviceWrite& write,
                               const std::string& profile_id) {
  const std::string& tenant = write.caller.tenant;
  std::string id = derived_id(*write.vault, tenant, "counted", {profile_id, write.device_id});
  if (MUSTER_TRY(transaction.get(edm::kCountedDevices, tenant, id))) return false;
  edm::Record record(edm::kCountedDeviceType);
  record.put(edm::counted_device::kId, std::move(id));
  record.put(edm::counted_device::kCounted, write.now);
  MUSTER_TRY(transaction.insert(edm::kCountedDevices, tenant, record));
  return true;
}

void put_profile(edm::Record& record, const Profile& profile, const DeviceWrite& write, bool fresh,
                 bool approved) {
  const bool same = record.value_or(device::kProfileId, std::string()) == profile.record.key();
  record.put(device::kEnrolled, write.now);
  record.put(device::kManagementState, edm::management_state::kManaged);
  record.put(device::kProfileId, profile.record.key());
  record.put(device::kProfileName, profile.name());
  record.put(device::kEnrollmentType, profile.enrollment_type());
  record.put(device::kRequiresApproval, approved);
  record.put(device::kDeviceType, profile.is_aosp() ? edm::device_type::kAndroidNoGoogle
                                                    : edm::device_type::kAndroidEnterprise);
  if (profile.is_owner()) {
    record.put(device::kRoleScopeTagIds, *profile.record.get(owner::kRoleScopeTagIds));
  }
  if (!fresh && same) return;  // an administrator may have given it another name
  const auto serial = record.value_or(device::kSerialNumber, std::string());
  record.put(device::kDeviceName,
             device_name(profile.name_template(),
                         {.serial_number = serial,
                          .device_type = profile.is_aosp() ? "AndroidAOSP" : "AndroidEnterprise",
                          .user_name = {},
                          .user_principal_name = {},
                          .enrolled = write.now}));
}

// Puts the row of an enrolment in the place of the one that waited, if one did.
base::Status put_enrollment(store::Transaction& transaction, const std::string& tenant,
                            const edm::Record* waited, edm::Record& record) {
  if (waited == nullptr) return transaction.insert(edm::kDeviceEnrollments, tenant, record);
  record.put(row::kRequested, *waited->get(row::kRequested));
  edm::set_version(record, edm::version_of(*waited).value_or(0) + 1);
  return transaction.update(edm::kDeviceEnrollments, tenant, record);
}

base::Status put_device(store::Transaction& transaction, const std::string& tenant, bool fresh,
                        const edm::Record& record) {
  return fresh ? transaction.insert(edm::kManagedDevices, tenant, record)
               : transaction.update(edm::kManagedDevices, tenant, record);
}

}  // namespace

base::Error certificate_refused() {
  return base::fail(base::ErrorCode::kForbidden, "The client certificate is not accepted.");
}

edm::Record DeviceWrite::enrollment_row(std::int64_t kind) const {
  edm::Record record(row::kType);
  record.put(row::kId, enrollment_id);
  record.put(row::kKind, kind);
  record.put(row::kState, state::kPending);
  record.put(row::kDeviceId, device_id);
  put_text(record, row::kSerialNumber, facts, fact::kSerialNumber);
  put_text(record, row::kManufacturer, facts, fact::kManufacturer);
  put_text(record, row::kModel, facts, fact::kModel);
  record.put(row::kKeyFingerprint, key_fingerprint);
  record.put(row::kKeyAttestation, key_attestation);
  record.put(row::kRequested, now);
  record.put(row::kRemoteAddress, remote);
  record.complete();
  edm::set_version(record, 1);
  return record;
}

base::Status DeviceWrite::put_certificate(store::Transaction& transaction, edm::Record& enrollment,
                                          edm::Record& managed) const {
  edm::Record record(edm::kCertificateType);
  record.put(edm::certificate::kSerial, certificate->serial);
  record.put(edm::certificate::kGeneration, generation);
  record.put(edm::certificate::kDeviceId, device_id);
  record.put(edm::certificate::kExpires, certificate->not_after);
  record.put(edm::certificate::kDer, certificate->der);
  enrollment.put(row::kState, state::kEnrolled);
  enrollment.put(row::kCertificateSerial, certificate->serial);
  enrollment.put(row::kCertificateExpires, certificate->not_after);
  enrollment.put(row::kIssued, now);
  managed.put(device::kCertificateExpires, certificate->not_after);
  managed.put(device::kLastSync, now);
  return transaction.insert(edm::kCertificates, caller.tenant, record);
}

base::Status EnrollmentWrite::run(store::Transaction& transaction) {
  outdated = false;
  outcome =
      MUSTER_TRY(judge_enrollment(transaction, caller.tenant, token_hash, enrollment_id, now));
  switch (outcome.kind) {
    case Kind::kRefused:
      return token_refused();
    case Kind::kDenied:
      return base::fail(base::ErrorCode::kForbidden, "Enrolment of this device was denied.");
    case Kind::kAnswered:
    case Kind::kPending:
      return base::done();
    case Kind::kQueue:
      return is_prepared() ? queue(transaction) : send_back();
    case Kind::kIssue:
      return is_prepared() && certificate ? issue(transaction) : send_back();
  }
  return base::done();
}

// An administrator may have changed the policy, decided, or removed the enrolment since the view
// before.
bool EnrollmentWrite::is_prepared() const {
  return !device_id.empty() && demand == outcome.key_attestation;
}

base::Status EnrollmentWrite::send_back() {
  outdated = true;
  base::Error error = base::fail(base::ErrorCode::kUnavailable,
                                 "The profile was changed at this moment; send the request again.");
  error.retry_after = std::chrono::seconds(1);
  return error;
}

// Who approved saw what the row says.
bool EnrollmentWrite::is_of_this_device(const edm::Record& enrollment) const {
  const auto same = [&](edm::Field<std::string> field, edm::Field<std::string> own) {
    return enrollment.value_or(field, std::string()) == facts.value_or(own, std::string());
  };
  return *enrollment.get(row::kDeviceId) == device_id &&
         same(row::kSerialNumber, fact::kSerialNumber) &&
         same(row::kManufacturer, fact::kManufacturer) && same(row::kModel, fact::kModel);
}

base::Status EnrollmentWrite::queue(store::Transaction& transaction) {
  const Profile profile = MUSTER_TRY(profile_of(transaction, caller.tenant, *outcome.token));
  edm::Record enrollment = enrollment_row(edm::device_enrollment_kind::kEnrollment);
  enrollment.put(row::kProfileId, profile.record.key());
  enrollment.put(row::kProfileName, profile.name());
  const edm::Record* before = outcome.enrollment ? &*outcome.enrollment : nullptr;
  MUSTER_TRY(put_enrollment(transaction, caller.tenant, before, enrollment));
  const Change change{Operation::kRequest, &edm::kDeviceEnrollments, nullptr, before, &enrollment};
  outcome.kind = Kind::kPending;
  return append_audit(transaction, caller, change, event_id, now);
}

base::Status EnrollmentWrite::issue(store::Transaction& transaction) {
  const edm::Record* waited = outcome.enrollment ? &*outcome.enrollment : nullptr;
  if (waited != nullptr && outcome.needs_approval && !is_of_this_device(*waited)) {
    return queue(transaction);
  }
  const std::string& tenant = caller.tenant;
  Profile profile = MUSTER_TRY(profile_of(transaction, tenant, *outcome.token));
  edm::Record enrollment = enrollment_row(edm::device_enrollment_kind::kEnrollment);
  enrollment.put(row::kProfileId, profile.record.key());
  enrollment.put(row::kProfileName, profile.name());
  if (waited != nullptr) enrollment.set(row::kDecided.ordinal, waited->at(row::kDecided.ordinal));
  const bool approved = waited != nullptr && *waited->get(row::kState) == state::kApproved;

  const std::optional<edm::Record> before =
      MUSTER_TRY(transaction.get(edm::kManagedDevices, tenant, device_id));
  edm::Record managed = before ? *before : new_device(device_id);
  put_facts(managed, facts, FactScope::kAll);
  put_profile(managed, profile, *this, !before, approved);
  raise_version(managed);

  MUSTER_TRY(put_certificate(transaction, enrollment, managed));
  MUSTER_TRY(put_enrollment(transaction, tenant, waited, enrollment));
  MUSTER_TRY(put_device(transaction, tenant, !before, managed));

  const bool new_to_profile = MUSTER_TRY(note_device(transaction, *this, profile.record.key()));
  if (profile.count(new_to_profile)) {
    raise_version(profile.record);
    MUSTER_TRY(transaction.update(*profile.set, tenant, profile.record));
  }
  edm::Record token = *outcome.token;
  token.put(token_row::kUses, *token.get(token_row::kUses) + 1);
  MUSTER_TRY(transaction.update(edm::kEnrollmentTokens, tenant, token));

  const Change change{Operation::kEnroll, &edm::kManagedDevices, nullptr,
                      before ? &*before : nullptr, &managed};
  MUSTER_TRY(append_audit(transaction, caller, change, event_id, now));
  outcome.kind = Kind::kAnswered;
  outcome.certificate = certificate->der;
  return base::done();
}

base::Status RenewalWrite::run(store::Transaction& transaction) {
  const std::string& tenant = caller.tenant;
  outcome = Verdict();
  if (MUSTER_TRY(transaction.get(edm::kRevocations, tenant, old_revocation_key))) {
    outcome.reason = "revoked certificate";
    return certificate_refused();
  }
  auto given = MUSTER_TRY(transaction.get(edm::kDeviceEnrollments, tenant, enrollment_id));
  if (given) {
    outcome = MUSTER_TRY(given_certificate(transaction, tenant, *std::move(given)));
    return outcome.kind == Kind::kAnswered ? base::done() : base::Status(certificate_refused());
  }
  const auto before = MUSTER_TRY(transaction.get(edm::kManagedDevices, tenant, device_id));
  if (!before) {
    outcome.reason = "the device is gone";
    return certificate_refused();
  }
  edm::Record managed = *before;
  put_facts(managed, facts, FactScope::kChanging);
  raise_version(managed);
  edm::Record enrollment = enrollment_row(edm::device_enrollment_kind::kRenewal);
  put_text(enrollment, row::kSerialNumber, managed, device::kSerialNumber);
  put_text(enrollment, row::kManufacturer, managed, device::kManufacturer);
  put_text(enrollment, row::kModel, managed, device::kModel);
  put_text(enrollment, row::kProfileId, managed, device::kProfileId);
  put_text(enrollment, row::kProfileName, managed, device::kProfileName);
  MUSTER_TRY(put_certificate(transaction, enrollment, managed));
  MUSTER_TRY(transaction.insert(edm::kDeviceEnrollments, tenant, enrollment));
  MUSTER_TRY(transaction.update(edm::kManagedDevices, tenant, managed));
  const Change change{Operation::kRenew, &edm::kManagedDevices, nullptr, &*before, &managed};
  MUSTER_TRY(append_audit(transaction, caller, change, event_id, now));
  outcome.kind = Kind::kAnswered;
  outcome.certificate = certificate->der;
  return base::done();
}

base::Status ReportWrite::run(store::Transaction& transaction) const {
  if (MUSTER_TRY(transaction.get(edm::kRevocations, caller.tenant, revocation_key))) {
    return certificate_refused();
  }
  auto managed = MUSTER_TRY(transaction.get(edm::kManagedDevices, caller.tenant, device_id));
  if (!managed) return certificate_refused();
  put_facts(*managed, facts, FactScope::kChanging);
  managed->put(device::kLastSync, now);
  raise_version(*managed);
  return transaction.update(edm::kManagedDevices, caller.tenant, *managed);
}

}  // namespace muster::enrollment
