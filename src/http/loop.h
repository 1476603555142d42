// One event loop: its listeners, its connections, its clock work. Each thread of the server runs
// one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/asio_types.h"
#include "http/forwarding.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/response_writer.h"
#include "http/stats.h"
#include "http/tls.h"

namespace muster::http {

class Connection;
class Mailbox;

// What all loops of a server have in common. Constant after create() but for the marked members.
struct Shared {
  Limits limits;
  Handler handler;
  ErrorResponder error_responder;
  Forwarding forwarding;
  Stats stats;  // atomics

  std::mutex mutex;                       // guards what follows
  std::shared_ptr<const TlsContext> tls;  // for new connections
  std::condition_variable drained;        // a loop has closed its last connection
  std::size_t drained_loops = 0;

  [[nodiscard]] std::shared_ptr<const TlsContext> current_tls() {
    const std::lock_guard lock(mutex);
    return tls;
  }
};

class Loop {
 public:
  explicit Loop(Shared& shared);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Before run(). `share_port` lets other loops listen on the same port (SO_REUSEPORT). The error
  // text says what the system said.
  [[nodiscard]] base::Result<boost::asio::ip::tcp::endpoint> listen(
      const boost::asio::ip::tcp::endpoint& endpoint, bool tls, bool share_port);

  // Serves until stop(). The calling thread becomes the loop's thread.
  void run();

  // Any thread.
  void begin_drain();
  void stop() { context_.stop(); }

  // The rest: loop thread only.
  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  [[nodiscard]] DateCache& date() { return date_; }
  [[nodiscard]] bool draining() const { return draining_; }
  // The connection is closed; the loop lets go of it.
  void forget(Connection& connection);
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  struct Listener {
    Acceptor acceptor;
    bool tls;
    bool paused = false;  // out of descriptors; tried again by the sweep
  };

  void accept(Listener& listener);
  void admit(Socket socket, bool tls);
  void turn_away(Socket socket, bool tls, const std::string& peer);
  void drain();
  void sweep();
  void schedule_sweep();
  void report_drained();

  Shared& shared_;
  boost::asio::io_context context_{1};
  std::shared_ptr<Mailbox> mailbox_;
  Timer timer_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::shared_ptr<Connection>> connections_;
  DateCache date_;
  bool draining_ = false;
  bool reported_drained_ = false;
};

}  // namespace muster::http
