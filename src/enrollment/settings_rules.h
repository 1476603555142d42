// The rules of androidForWorkSettings and androidManagedStoreAccountEnterpriseSettings. There is no
// connection to Google here, so the tenant is never bound and says so; what needs one is refused.
#pragma once

#include "enrollment/entity_rules.h"

namespace muster::enrollment {

class SettingsRules final : public EntityRules {
 public:
  // `type` is one of the two.
  explicit SettingsRules(const edm::EntityType& type);

  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  std::optional<edm::Record> untouched(std::string_view key) const override;

 private:
  const edm::EntityType& type_;
  std::size_t last_modified_;
};

}  // namespace muster::enrollment
