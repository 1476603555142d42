// What the settings say about devices, in the forms in which enrolment wants it.
#pragma once

#include <memory>

#include "app/settings.h"
#include "base/result.h"
#include "enrollment/device_enrollment.h"
#include "enrollment/tenant_authorities.h"

namespace muster::app {

[[nodiscard]] enrollment::AuthorityPolicy authority_policy(const Settings& settings);

// kConfiguration naming the setting or file that is wrong.
[[nodiscard]] base::Result<std::shared_ptr<const enrollment::EnrollmentPolicy>> enrollment_policy(
    const Settings& settings);

}  // namespace muster::app
