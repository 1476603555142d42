#include "app/part_settings.h"

#include <unistd.h>

namespace muster::app {
namespace {

graph::ThrottleSettings throttle_settings(const Settings& settings) {
  if (settings.throttling == "off") return {};
  if (settings.throttling == "graph") return graph::kGraphThrottle;
  return {.window = settings.throttle_window,
          .application = {.requests = settings.throttle_application_requests,
                          .writes = settings.throttle_application_writes},
          .tenant = {.requests = settings.throttle_tenant_requests,
                     .writes = settings.throttle_tenant_writes}};
}

}  // namespace

graph::ServiceSettings service_settings(const Settings& settings) {
  return {.default_page_size = settings.default_page_size,
          .max_page_size = settings.max_page_size,
          .cors_origins = settings.cors_origins,
          .throttle = throttle_settings(settings),
          .repeatability_window = settings.repeatability_window};
}

est::ServiceSettings est_settings(const Settings& settings) {
  return {.line_length = settings.est_line_length, .log_requests = settings.log_requests};
}

observe::Level log_level(const Settings& settings) {
  for (const observe::Level level :
       {observe::Level::kError, observe::Level::kWarning, observe::Level::kDebug}) {
    if (observe::name_of(level) == settings.log_level) return level;
  }
  return observe::Level::kInfo;
}

observe::LogOptions log_options(const Settings& settings) {
  observe::LogOptions options;
  const bool text = settings.log_format == "text" ||
                    (settings.log_format == "auto" && ::isatty(options.descriptor) == 1);
  options.format = text ? observe::Format::kText : observe::Format::kJson;
  options.level = log_level(settings);
  return options;
}

}  // namespace muster::app
