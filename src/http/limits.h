// Every bound of size, number and time of the protocol layer, in one place. The defaults are meant
// for the open network; tests shrink them.
#pragma once

#include <chrono>
#include <cstddef>

namespace muster::http {

struct Limits {
  // Request line without its CRLF; beyond it 414 (RFC 9112 §3 asks for at least 8000).
  std::size_t request_line = 16 * 1024;
  // Request line, field lines and the empty line together; beyond it 431.
  std::size_t head = 32 * 1024;
  std::size_t fields = 100;  // field lines; beyond it 431
  // Body as the handler gets it; beyond it 413, at once when Content-Length says so.
  std::size_t body = 1024 * 1024;
  std::size_t chunks = 64 * 1024;           // per body; beyond it 413
  std::size_t chunk_extensions = 4 * 1024;  // octets of all extensions of a body; beyond it 400
  std::size_t trailers = 8 * 1024;          // octets of the trailer section; beyond it 431

  // First octet of a request to the end of its head; 408.
  std::chrono::milliseconds head_time{10'000};
  // First octet of a request to the end of its body; 408.
  std::chrono::milliseconds request_time{30'000};
  // Once a body has been awaited for `body_grace`, it must have come at `body_rate` octets a second
  // on average; 408.
  std::chrono::milliseconds body_grace{5'000};
  std::size_t body_rate = 1024;
  std::chrono::milliseconds idle_time{75'000};       // between requests
  std::chrono::milliseconds handshake_time{10'000};  // TLS
  std::chrono::milliseconds write_stall{30'000};     // no octet of an answer taken by the client
  // How long a refused client may go on sending before it is cut off, so that it can read the
  // answer.
  std::chrono::milliseconds linger_time{2'000};
  std::size_t linger_octets = 8 * 1024 * 1024;

  std::size_t connections = 20'000;  // all threads together; beyond it 503
  std::chrono::milliseconds drain_time{10'000};
  // A connection that was quiet for less may have a request on its way when a drain begins.
  std::chrono::milliseconds drain_quiet{500};
  // How often deadlines are looked at; they are late by at most this.
  std::chrono::milliseconds sweep_period{500};
};

}  // namespace muster::http
