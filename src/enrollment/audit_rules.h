// What can be asked of the audit log beside its events: under which names changes are filed.
#pragma once

#include "enrollment/entity_rules.h"

namespace muster::enrollment {

class AuditRules final : public EntityRules {
 public:
  // getAuditCategories and getAuditActivityTypes. A category compares without ASCII case; one that
  // does not exist has no types.
  base::Result<edm::Value> call(store::Reader& reader, const Caller& caller,
                                const edm::Function& function,
                                const std::vector<edm::Value>& arguments) const override;
};

}  // namespace muster::enrollment
