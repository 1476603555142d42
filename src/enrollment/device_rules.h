// The rules of managedDevice, as far as clients change devices. Devices come by enrolment.
#pragma once

#include <utility>

#include "enrollment/entity_rules.h"
#include "enrollment/revocation.h"

namespace muster::enrollment {

// retire, wipe and a delete revoke the device's certificates, setDeviceName names it. There is no
// way to reach a device from here, so what a device would have to do at once is kNotImplemented.
class DeviceRules final : public EntityRules {
 public:
  explicit DeviceRules(RevocationListener on_revoked) : on_revoked_(std::move(on_revoked)) {}
  base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                  base::Timestamp now) const override;
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  base::Status follow(store::Transaction& transaction, const Caller& caller,
                      const edm::Record* before, const edm::Record* after,
                      base::Timestamp now) const override;

 private:
  RevocationListener on_revoked_;
};

}  // namespace muster::enrollment
