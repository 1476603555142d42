// Settings of the HTTP surface that may change while the service runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "graph/throttle.h"

namespace muster::graph {

struct ServiceSettings {
  std::size_t default_page_size = 100;
  std::size_t max_page_size = 1'000;
  std::vector<std::string> cors_origins = {};  // "*" or exact origins
  ThrottleSettings throttle = {};              // none
  // How long after it was first sent a repeatable request may be sent again.
  std::chrono::seconds repeatability_window = std::chrono::hours(24);
};

}  // namespace muster::graph
