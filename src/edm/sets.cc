// The lists of sets; a new set is added here and nowhere else.
#include <array>

#include "edm/audit_model.h"
#include "edm/device_model.h"
#include "edm/device_owner_model.h"
#include "edm/enrollment_model.h"
#include "edm/settings_model.h"
#include "edm/system_model.h"

namespace muster::edm {

std::span<const EntitySet* const> served_sets() {
  static constexpr std::array<const EntitySet*, 6> kSets = {
      &kProfiles,      &kDeviceOwnerProfiles, &kForWorkSettings,
      &kStoreSettings, &kManagedDevices,      &kAuditEvents};
  return kSets;
}

std::span<const EntitySet* const> stored_sets() {
  static constexpr std::array<const EntitySet*, 11> kSets = {
      &kProfiles,      &kDeviceOwnerProfiles, &kForWorkSettings,
      &kStoreSettings, &kManagedDevices,      &kTenants,
      &kApplications,  &kSigningKeys,         &kEnrollmentTokens,
      &kAuditEvents,   &kRepeatableRequests};
  return kSets;
}

}  // namespace muster::edm
