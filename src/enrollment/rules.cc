#include "enrollment/rules.h"

#include <utility>

#include "edm/audit_model.h"
#include "edm/device_enrollment_model.h"
#include "edm/device_model.h"
#include "edm/device_owner_model.h"
#include "edm/enrollment_model.h"
#include "edm/settings_model.h"
#include "enrollment/audit_rules.h"
#include "enrollment/device_owner_rules.h"
#include "enrollment/device_rules.h"
#include "enrollment/enrollment_rules.h"
#include "enrollment/profile_rules.h"
#include "enrollment/settings_rules.h"

namespace muster::enrollment {

void add_all_rules(Entities& entities, std::shared_ptr<const ProfileTokens> tokens,
                   RevocationListener on_revoked) {
  entities.add_rules(edm::kProfiles, std::make_unique<ProfileRules>(tokens));
  entities.add_rules(edm::kDeviceOwnerProfiles,
                     std::make_unique<DeviceOwnerRules>(std::move(tokens)));
  entities.add_rules(edm::kForWorkSettings,
                     std::make_unique<SettingsRules>(edm::kForWorkSettingsType));
  entities.add_rules(edm::kStoreSettings, std::make_unique<SettingsRules>(edm::kStoreSettingsType));
  entities.add_rules(edm::kManagedDevices, std::make_unique<DeviceRules>(std::move(on_revoked)));
  entities.add_rules(edm::kEnrollmentPolicies, std::make_unique<EnrollmentPolicyRules>());
  entities.add_rules(edm::kDeviceEnrollments, std::make_unique<DeviceEnrollmentRules>());
  entities.add_rules(edm::kAuditEvents, std::make_unique<AuditRules>());
}

}  // namespace muster::enrollment
