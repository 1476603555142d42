// How a command ended, for the shell.
#pragma once

namespace muster::app {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

}  // namespace muster::app
