// docs/metrics.md, rendered from the table of metrics.
#pragma once

#include <string>

namespace muster::observe {

[[nodiscard]] std::string render_metrics_page();

}  // namespace muster::observe
