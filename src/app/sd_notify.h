// The supervisor's notification protocol (sd_notify(3)): one datagram, no library needed.
#pragma once

#include <string_view>

namespace muster::app {

// Sends e.g. "READY=1" to $NOTIFY_SOCKET. Does nothing when there is no supervisor; a lost message
// is no fault of ours.
void sd_notify(std::string_view state);

}  // namespace muster::app
