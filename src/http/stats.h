// Counters of the protocol layer, read by the metrics. Written with relaxed order on the loop
// threads; any thread may read.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace muster::http {

struct Stats {
  using Counter = std::atomic<std::uint64_t>;

  Counter connections_open{0};
  Counter connections_accepted{0};
  Counter connections_refused{0};  // over the limit
  Counter requests{0};             // handed to the handler
  Counter octets_in{0};            // as on the wire, TLS included
  Counter octets_out{0};
  Counter handshake_failures{0};
  Counter timeouts{0};  // connections ended by a deadline other than idle keep-alive

  // Refusals of this layer (400 to 599) by status.
  std::array<Counter, 200> refused{};

  void count_refusal(int status) {
    if (status >= 400 && status < 600) {
      refused[static_cast<std::size_t>(status - 400)].fetch_add(1, std::memory_order_relaxed);
    }
  }
};

}  // namespace muster::http
