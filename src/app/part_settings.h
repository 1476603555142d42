// What the settings mean to parts of the service.
#pragma once

#include "app/settings.h"
#include "est/service.h"
#include "graph/service_settings.h"
#include "observe/log.h"

namespace muster::app {

[[nodiscard]] graph::ServiceSettings service_settings(const Settings& settings);
[[nodiscard]] est::ServiceSettings est_settings(const Settings& settings);
[[nodiscard]] observe::Level log_level(const Settings& settings);
[[nodiscard]] observe::LogOptions log_options(const Settings& settings);

}  // namespace muster::app
