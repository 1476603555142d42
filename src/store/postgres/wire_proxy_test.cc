#include "store/postgres/wire_proxy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace muster::store::postgres {
namespace {

using What = WireAction::What;

std::uint32_t number_at(std::string_view octets, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8U | static_cast<unsigned char>(octets.at(at + i));
  }
  return value;
}

std::string big_endian(std::uint32_t value) {
  std::string octets(4, '\0');
  for (std::size_t i = 4; i-- > 0; value >>= 8U) octets[i] = static_cast<char>(value & 0xFFU);
  return octets;
}

// Takes the first message of `octets` away, if it is whole. Only the very first of a client has no
// type.
std::optional<std::string> take_message(std::string& octets, bool typed) {
  const std::size_t head = typed ? 1 : 0;
  if (octets.size() < head + 4) return std::nullopt;
  const std::size_t size = head + number_at(octets, head);
  if (octets.size() < size) return std::nullopt;
  std::string message = octets.substr(0, size);
  octets.erase(0, size);
  return message;
}

// The text that ends with NUL at `at`, which moves behind it.
std::string text_at(const std::string& message, std::size_t& at) {
  std::string text(message.c_str() + at);
  at += text.size() + 1;
  return text;
}

// A statement that no server takes, so that it fails, its transaction with it, and what follows is
// left out up to the end of the batch.
std::string refused_statement() {
  const std::string body("\0no statement\0\0\0", 16);
  return 'P' + big_endian(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

// An ErrorResponse with another SQLSTATE.
std::string with_state(const std::string& message, std::string_view state) {
  std::string body;
  for (std::size_t at = 5; message.at(at) != '\0';) {
    const char field = message[at++];
    const std::string text = text_at(message, at);
    body += field;
    body += field == 'C' ? std::string(state) : text;
    body += '\0';
  }
  body += '\0';
  return 'E' + big_endian(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

bool send_all(int socket, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive(int socket, std::string& octets) {
  std::array<char, 65'536> piece{};
  const ssize_t got = ::recv(socket, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  octets.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

}  // namespace

// One client and its session.
class WireProxy::Pair {
 public:
  Pair(WireProxy& proxy, std::size_t number, int client, int server)
      : proxy_(proxy), number_(number), client_(client), server_(server) {}

  // Until one side ends. Gives whether the server's side is to stay open.
  bool run() {
    while (true) {
      std::array<::pollfd, 2> both = {::pollfd{client_, POLLIN, 0}, ::pollfd{server_, POLLIN, 0}};
      if (swallowed_) both[1].fd = -1;
      if (::poll(both.data(), both.size(), -1) < 0) break;
      if (both[0].revents != 0 && !from_client()) break;
      if (both[1].revents != 0 && !from_server()) break;
    }
    return swallowed_;
  }

 private:
  bool from_client() {
    if (!receive(client_, sent_)) return false;
    if (swallowed_) {
      sent_.clear();
      return true;
    }
    std::string on;
    while (auto message = take_message(sent_, started_)) {
      if (started_ && message->front() == 'P') learn(*message);
      if (started_ && message->front() == 'B' && !bind(*message, on)) return false;
      if (swallowed_) return true;
      on += *message;
      if (started_ && message->front() == 'S' && swallow_at_end_) {
        swallowed_ = true;
        return send_all(server_, on);
      }
      if (message->front() == 'S') failed_ = false;
      started_ = true;
    }
    return send_all(server_, on);
  }

  void learn(const std::string& message) {
    std::size_t at = 5;
    std::string name = text_at(message, at);
    statements_[std::move(name)] = text_at(message, at);
  }

  // False when this is the end.
  bool bind(std::string& message, std::string& on) {
    if (failed_) return true;  // the server will not look at it
    std::size_t at = 5;
    static_cast<void>(text_at(message, at));  // the portal
    const WireAction action = proxy_.ask(statements_[text_at(message, at)], number_);
    if (action.delay.count() > 0) std::this_thread::sleep_for(action.delay);
    switch (action.what) {
      case What::kPass:
        return true;
      case What::kFail:
        message = refused_statement();
        state_ = action.state;
        failed_ = true;
        return true;
      case What::kCutAfter:
        cut_at_end_ = true;
        return true;
      case What::kSwallowAnswer:
        swallow_at_end_ = true;
        return true;
      case What::kSwallow:
        swallowed_ = true;
        sent_.clear();
        return send_all(server_, on);
      case What::kReset: {
        const ::linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(client_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return false;
      }
      case What::kCutBefore:
        return false;
    }
    return false;
  }

  bool from_server() {
    if (!receive(server_, answered_)) return false;
    std::string back;
    while (auto message = take_message(answered_, true)) {
      if (message->front() == 'E' && !state_.empty()) {
        *message = with_state(*message, std::exchange(state_, {}));
      }
      const bool end = message->front() == 'Z';
      if (!cut_at_end_) back += *message;
      if (end && cut_at_end_) return false;
    }
    return send_all(client_, back);
  }

  WireProxy& proxy_;
  const std::size_t number_;
  const int client_;
  const int server_;
  std::string sent_;
  std::string answered_;
  std::map<std::string, std::string> statements_;  // SQL by name
  std::string state_;                              // of the next error
  bool started_ = false;
  bool failed_ = false;  // a statement of this batch
  bool swallowed_ = false;
  bool swallow_at_end_ = false;
  bool cut_at_end_ = false;
};

WireProxy::WireProxy(const std::string& url) {
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), nullptr);
  for (const PQconninfoOption* one = options; one != nullptr && one->keyword != nullptr; ++one) {
    const std::string_view name = one->keyword;
    if (one->val != nullptr && name == "host") host_ = one->val;
    if (one->val != nullptr && name == "port") server_port_ = one->val;
  }
  PQconninfoFree(options);
  if (server_port_.empty()) server_port_ = "5432";
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<::sockaddr*>(&address);
  ::socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener_, generic, size), 0);
  EXPECT_EQ(::listen(listener_, 128), 0);
  EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

WireProxy::~WireProxy() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  ::close(listener_);
  drop_swallowed();
}

std::string WireProxy::through(const std::string& url) const {
  const char join = url.find('?') == std::string::npos ? '?' : '&';
  return url + join +
         "host=127.0.0.1&sslmode=disable&gssencmode=disable&port=" + std::to_string(port_);
}

void WireProxy::follow(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
  seen_ = 0;
}

std::size_t WireProxy::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::size_t WireProxy::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void WireProxy::drop_swallowed() {
  const std::lock_guard lock(mutex_);
  for (const int socket : swallowed_) ::close(socket);
  swallowed_.clear();
}

WireAction WireProxy::ask(const std::string& sql, std::size_t connection) {
  const std::lock_guard lock(mutex_);
  ++seen_;
  return script_ ? script_({seen_, sql, connection}) : WireAction{};
}

int WireProxy::connect_server() const {
  if (host_.starts_with('/')) {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = host_ + "/.s.PGSQL." + server_port_;
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, reinterpret_cast<::sockaddr*>(&address), sizeof address) == 0) {
      return socket;
    }
    ::close(socket);
    return -1;
  }
  ::addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  ::addrinfo* found = nullptr;
  if (::getaddrinfo(host_.c_str(), server_port_.c_str(), &hints, &found) != 0) return -1;
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = ::connect(socket, found->ai_addr, found->ai_addrlen) == 0;
  ::freeaddrinfo(found);
  if (connected) return socket;
  ::close(socket);
  return -1;
}

void WireProxy::accept_all() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;  // the end
    const int yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int server = connect_server();
    const std::lock_guard lock(mutex_);
    if (stopping_ || server < 0) {
      ::close(client);
      if (server >= 0) ::close(server);
      continue;
    }
    open_.insert(open_.end(), {client, server});
    threads_.emplace_back([this, client, server, number = ++connections_] {
      const bool keep_server = Pair(*this, number, client, server).run();
      const std::lock_guard done(mutex_);
      std::erase(open_, client);
      std::erase(open_, server);
      ::close(client);
      if (keep_server) {
        swallowed_.push_back(server);
      } else {
        ::close(server);
      }
    });
  }
}

}  // namespace muster::store::postgres
