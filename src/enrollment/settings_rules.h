// The rules of androidForWorkSettings and androidManagedStoreAccountEnterpriseSettings. There is no
// connection to Google here, so the tenant is never bound and says so; what needs one is refused.
#pragma once

#include "enrollment/entity_rules.h"

namespace muster::enrollment {

class ForWorkSettingsRules final : public EntityRules {
 public:
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  std::optional<edm::Record> untouched(std::string_view key) const override;
};

class StoreSettingsRules final : public EntityRules {
 public:
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  std::optional<edm::Record> untouched(std::string_view key) const override;
};

}  // namespace muster::enrollment
