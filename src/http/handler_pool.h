// Threads beside the loops, for handlers that wait: for a database on another machine, say.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "http/message.h"

namespace muster::http {

struct HandlerPoolOptions {
  std::size_t threads = 16;
  std::size_t waiting = 1'024;                // requests that may wait for a thread
  std::chrono::milliseconds patience{5'000};  // how long one may wait
};

// Thread-safe.
class HandlerPool {
 public:
  // `handler` runs on the pool's threads and may block. `busy` answers requests for which there is
  // no room, on the thread that brings them, and those that waited too long; it must not block.
  HandlerPool(const HandlerPoolOptions& options, Handler handler, Handler busy);
  // Ends what was begun and runs what waits. Nobody may call handle() any more; Responders of its
  // requests may outlive it, and their posters say then that there is no loop.
  ~HandlerPool();
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;

  // The Responder that the handler is given is like that of a loop, but its poster leads to the
  // pool's threads: what goes on with a request there may block too.
  void handle(Request&& request, Responder responder);

  [[nodiscard]] std::size_t waiting() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace muster::http
