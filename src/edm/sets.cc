// The lists of sets; a new set is added here and nowhere else.
#include <array>

#include "edm/enrollment_model.h"
#include "edm/system_model.h"

namespace muster::edm {

std::span<const EntitySet* const> served_sets() {
  static constexpr std::array<const EntitySet*, 1> kSets = {&kProfiles};
  return kSets;
}

std::span<const EntitySet* const> stored_sets() {
  static constexpr std::array<const EntitySet*, 7> kSets = {
      &kProfiles,         &kTenants,     &kApplications,      &kSigningKeys,
      &kEnrollmentTokens, &kAuditEvents, &kRepeatableRequests};
  return kSets;
}

}  // namespace muster::edm
