// The rules of managedDevice, as far as clients change devices. Devices come by enrolment.
#pragma once

#include "enrollment/entity_rules.h"

namespace muster::enrollment {

// retire and wipe take a device out of management, setDeviceName names it. There is no way to reach
// a device from here, so what a device would have to do at once is kNotImplemented.
class DeviceRules final : public EntityRules {
 public:
  base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                  base::Timestamp now) const override;
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
};

}  // namespace muster::enrollment
