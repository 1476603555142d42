// The HTTP/1.1 server: listeners, one event loop per thread, connections. Give it a handler and an
// error renderer; everything below a complete request is its business.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/stats.h"
#include "http/tls.h"

namespace muster::http {

struct ServerOptions {
  // "HOST:PORT" or "[IPV6]:PORT"; HOST is an address or `localhost`; port 0 takes a free one.
  // `listen` speaks TLS and needs `tls`; `listen_plain` speaks plain HTTP.
  std::vector<std::string> listen = {};
  std::vector<std::string> listen_plain = {};
  std::shared_ptr<const TlsContext> tls = nullptr;
  unsigned threads = 1;
  Limits limits = {};
  // Networks ("10.0.0.0/8", "::1") whose X-Forwarded-* and Forwarded fields are believed.
  std::vector<std::string> trusted_proxies = {};
  // "https://host[:port]" under which clients reach the service; empty: taken from each request.
  std::string public_base_url = {};
};

class Server {
 public:
  // Binds the addresses. kConfiguration, naming the offending setting, when one is malformed or
  // cannot be bound. Nothing is accepted before run(); connections wait in the system's queue.
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> create(ServerOptions options,
                                                                    Handler handler,
                                                                    ErrorResponder error_responder);
  // Stops at once, if still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The ports bound: those of `listen`, then those of `listen_plain`, in order.
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

  // Starts the loop threads and returns. Call once.
  void run();

  // Stops accepting, closes idle connections, lets requests in progress finish (their answers carry
  // `Connection: close`) for at most `deadline`, cuts the rest, joins the threads. Any thread but
  // a loop's. True when nothing had to be cut.
  bool drain_and_stop(std::chrono::milliseconds deadline);

  // New connections use `tls`; those that are open go on as they are. Any thread.
  void reload_tls(std::shared_ptr<const TlsContext> tls);

  [[nodiscard]] const Stats& stats() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster::http
