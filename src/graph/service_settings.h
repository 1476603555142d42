// Settings of the HTTP surface that may change while the service runs.
#pragma once

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
};

}  // namespace muster::graph
