// The command line. With cli_*.cc the only unit that knows the library which parses it; what a
// command does is in the files named after the commands.
#pragma once

namespace muster::app {

// Runs one command and gives the exit code: 0 done, 1 failed, 2 wrong usage.
[[nodiscard]] int run_cli(int argc, const char* const* argv);

}  // namespace muster::app
