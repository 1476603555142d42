// The rules of what profiles demand of devices, and of the enrolments that administrators decide.
#pragma once

#include "enrollment/entity_rules.h"

namespace muster::enrollment {

// An enrollmentPolicy belongs to a profile of either type, by whose id it is found.
class EnrollmentPolicyRules final : public EntityRules {
 public:
  base::Result<edm::Record> create(const Caller& caller, edm::Record sent,
                                   base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  // kBadRequest for a create whose profile does not exist.
  base::Status follow(store::Transaction& transaction, const Caller& caller,
                      const edm::Record* before, const edm::Record* after,
                      base::Timestamp now) const override;
};

// A deviceEnrollment waits for approve or deny, or there is nothing to be decided. One that ended
// in a certificate is what a repeated request is answered by, so it stays.
class DeviceEnrollmentRules final : public EntityRules {
 public:
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  // kConflict when the enrolment is past a decision.
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  base::Status follow(store::Transaction& transaction, const Caller& caller,
                      const edm::Record* before, const edm::Record* after,
                      base::Timestamp now) const override;
};

}  // namespace muster::enrollment
