#include "observe/metrics_page.h"

#include "observe/metric_names.h"

namespace muster::observe {

std::string render_metrics_page() {
  std::string page =
      "# Metrics\n\n"
      "Generated from `src/observe/metric_names.cc` by `./x gen`; do not edit.\n\n"
      "`/metrics` speaks the Prometheus text format. A series appears once it has a value.\n"
      "Histogram bounds are powers of two: 1.024 µs to 8.6 s for times, 1 to 8,388,608 for "
      "counts.\n\n"
      "| name | type | labels | meaning |\n|---|---|---|---|\n";
  for (const MetricRow& row : metric_table()) {
    page.append("| `").append(row.name).append("` | ").append(name_of(row.type)).append(" |");
    for (const std::string_view label : row.labels) {
      if (!label.empty()) page.append(" `").append(label).append("`");
    }
    page.append(" | ").append(row.help).append(" |\n");
  }
  return page;
}

}  // namespace muster::observe
