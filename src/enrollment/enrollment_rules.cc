#include "enrollment/enrollment_rules.h"

#include "edm/device_enrollment_model.h"
#include "edm/device_owner_model.h"
#include "edm/enrollment_model.h"

namespace muster::enrollment {
namespace {

namespace policy = edm::enrollment_policy;
namespace enrolment = edm::device_enrollment;
namespace state = edm::device_enrollment_state;

void put_if_absent(edm::Record& record, edm::Field<std::int64_t> field, std::int64_t value) {
  if (record.get(field) == nullptr) record.put(field, value);
}

base::Status check_open(const edm::Record& enrollment) {
  if (enrollment.get(enrolment::kIssued) == nullptr) return base::done();
  return base::fail(base::ErrorCode::kConflict,
                    "The certificate of this enrolment is issued; to end it, retire the device.");
}

}  // namespace

base::Result<edm::Record> EnrollmentPolicyRules::create(const Caller& /*caller*/, edm::Record sent,
                                                        base::Timestamp now) const {
  if (sent.get(policy::kProfileId) == nullptr) {
    return base::fail(base::ErrorCode::kBadRequest,
                      "The property 'profileId' is missing: a policy belongs to a profile.",
                      "profileId");
  }
  put_if_absent(sent, policy::kTokenUsageLimit, 0);
  put_if_absent(sent, policy::kApproval, 0);
  put_if_absent(sent, policy::kKeyAttestation, 0);
  sent.put(policy::kLastModified, now);
  sent.complete();
  return sent;
}

base::Status EnrollmentPolicyRules::settle(const Caller& /*caller*/, const edm::Action* /*action*/,
                                           const edm::Record& /*changes*/, edm::Record& after,
                                           base::Timestamp now) const {
  after.put(policy::kLastModified, now);
  return base::done();
}

base::Status EnrollmentPolicyRules::follow(store::Transaction& transaction, const Caller& caller,
                                           const edm::Record* before, const edm::Record* after,
                                           base::Timestamp /*now*/) const {
  if (before != nullptr || after == nullptr) return base::done();
  for (const edm::EntitySet* set : {&edm::kProfiles, &edm::kDeviceOwnerProfiles}) {
    if (MUSTER_TRY(transaction.get(*set, caller.tenant, after->key(), edm::PropertyMask{1}))) {
      return base::done();
    }
  }
  return base::fail(base::ErrorCode::kBadRequest,
                    "There is no profile with the id '" + after->key() + "'.", "profileId");
}

base::Result<edm::Record> DeviceEnrollmentRules::act(const Caller& /*caller*/,
                                                     const edm::Action& action,
                                                     const std::vector<edm::Value>& /*parameters*/,
                                                     base::Timestamp now) const {
  edm::Record changes(enrolment::kType);
  changes.put(enrolment::kState,
              &action == &enrolment::kApprove ? state::kApproved : state::kDenied);
  changes.put(enrolment::kDecided, now);
  return changes;
}

// `after` has the new state already; what it was before shows in what has been issued.
base::Status DeviceEnrollmentRules::settle(const Caller& /*caller*/, const edm::Action* action,
                                           const edm::Record& /*changes*/, edm::Record& after,
                                           base::Timestamp /*now*/) const {
  return action == nullptr ? base::done() : check_open(after);
}

base::Status DeviceEnrollmentRules::follow(store::Transaction& /*transaction*/,
                                           const Caller& /*caller*/, const edm::Record* before,
                                           const edm::Record* after,
                                           base::Timestamp /*now*/) const {
  return after != nullptr ? base::done() : check_open(*before);
}

}  // namespace muster::enrollment
