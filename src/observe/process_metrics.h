// What the system knows of this process, as metrics.
#pragma once

#include "observe/metrics.h"

namespace muster::observe {

// Memory, file descriptors, threads, processor time, start, and the version that runs.
void register_process_metrics(Metrics& metrics);

}  // namespace muster::observe
