// For tests: stands between a client and a server of PostgreSQL, knows their protocol, and does at
// chosen statements what networks, servers and poolers do on bad days.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace muster::store::postgres {

struct WireAction {
  enum class What : std::uint8_t {
    kPass,
    kFail,          // the server fails the statement and its transaction, with SQLSTATE `state`
    kCutBefore,     // the statement does not arrive; both sides see the end of the connection
    kCutAfter,      // the batch of the statement is carried out; its answers do not arrive
    kReset,         // as kCutBefore, as a TCP reset
    kSwallow,       // from now on nothing arrives on either side, and nobody is told
    kSwallowAnswer  // the same once the statement's batch has arrived at the server
  } what = What::kPass;
  std::string_view state = {};
  std::chrono::milliseconds delay{0};  // before whatever is done
};

// Thread-safe. Statements are counted over all connections, from 1, in the order of arrival. What
// comes in one batch after a statement that fails does not count.
class WireProxy {
 public:
  struct Statement {
    std::size_t number = 0;
    std::string sql;
    std::size_t connection = 0;  // from 1, in the order of arrival at the proxy
  };
  using Script = std::function<WireAction(const Statement&)>;

  // Listens on a free port of the loopback address. `url` names the server.
  explicit WireProxy(const std::string& url);
  ~WireProxy();  // ends all connections
  WireProxy(const WireProxy&) = delete;
  WireProxy& operator=(const WireProxy&) = delete;

  // The same, through the proxy.
  [[nodiscard]] std::string through(const std::string& url) const;

  // What is done with statements from now on, which are counted anew. Called by several threads,
  // one at a time. Without it everything passes.
  void follow(Script script);
  // Statements since.
  [[nodiscard]] std::size_t seen() const;
  // Connections that ever came.
  [[nodiscard]] std::size_t connections() const;
  // Lets go of the servers' sides of connections that were swallowed, whose clients have gone.
  void drop_swallowed();

 private:
  class Pair;
  void accept_all();
  [[nodiscard]] WireAction ask(const std::string& sql, std::size_t connection);
  [[nodiscard]] int connect_server() const;

  std::string host_;  // of the server; a folder is that of its socket
  std::string server_port_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards what follows
  Script script_;
  std::size_t seen_ = 0;
  std::size_t connections_ = 0;
  bool stopping_ = false;
  std::vector<int> open_;       // sockets of pairs, to be shut down at the end
  std::vector<int> swallowed_;  // servers' sides, owned
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace muster::store::postgres
