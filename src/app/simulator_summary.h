// What a simulation came to, for people and for programs.
#pragma once

#include <string>

#include "app/device_simulator.h"

namespace muster::app {

[[nodiscard]] std::string summary_for_people(const SimulatorTally& tally);
// One JSON object and a newline.
[[nodiscard]] std::string summary_for_programs(const SimulatorTally& tally);
// One line without its end, at most 79 characters wide.
[[nodiscard]] std::string progress_line(const SimulatorTally& tally, std::size_t count);

}  // namespace muster::app
