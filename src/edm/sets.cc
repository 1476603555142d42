// The lists of sets; a new set is added here and nowhere else.
#include <array>

#include "edm/audit_model.h"
#include "edm/authority_model.h"
#include "edm/copy_model.h"
#include "edm/device_enrollment_model.h"
#include "edm/device_model.h"
#include "edm/device_owner_model.h"
#include "edm/enrollment_model.h"
#include "edm/settings_model.h"
#include "edm/system_model.h"

namespace muster::edm {

std::span<const EntitySet* const> served_sets() {
  static constexpr std::array<const EntitySet*, 8> kSets = {
      &kProfiles,       &kDeviceOwnerProfiles, &kForWorkSettings,   &kStoreSettings,
      &kManagedDevices, &kEnrollmentPolicies,  &kDeviceEnrollments, &kAuditEvents};
  return kSets;
}

std::span<const EntitySet* const> stored_sets() {
  static constexpr std::array<const EntitySet*, 19> kSets = {&kProfiles,
                                                             &kDeviceOwnerProfiles,
                                                             &kForWorkSettings,
                                                             &kStoreSettings,
                                                             &kManagedDevices,
                                                             &kEnrollmentPolicies,
                                                             &kDeviceEnrollments,
                                                             &kTenants,
                                                             &kApplications,
                                                             &kSigningKeys,
                                                             &kEnrollmentTokens,
                                                             &kAuditEvents,
                                                             &kAuthorities,
                                                             &kCertificates,
                                                             &kRepeatableRequests,
                                                             &kRevocations,
                                                             &kCountedDevices,
                                                             &kStoreCopies,
                                                             &kDataKeys};
  return kSets;
}

}  // namespace muster::edm
