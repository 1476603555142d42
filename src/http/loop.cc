#include "http/loop.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include "base/random.h"
#include "http/connection.h"
#include "http/mailbox.h"

namespace muster::http {
namespace {

using boost::asio::ip::tcp;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int kBacklog = 4096;

std::string text_of(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6())
        .to_string();
  }
  return address.to_string();
}

}  // namespace

Loop::Loop(Shared& shared)
    : shared_(shared), mailbox_(std::make_shared<Mailbox>(context_)), timer_(context_) {}

Loop::~Loop() {
  mailbox_->close();
}

base::Result<tcp::endpoint> Loop::listen(const tcp::endpoint& endpoint, bool tls, bool share_port) {
  Acceptor acceptor(context_);
  boost::system::error_code error;
  tcp::endpoint bound;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error && share_port) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (!error) bound = acceptor.local_endpoint(error);
  if (error) return base::fail(base::ErrorCode::kConfiguration, error.message());
  listeners_.push_back(std::make_unique<Listener>(Listener{std::move(acceptor), tls}));
  return bound;
}

void Loop::run() {
  mailbox_->bind_to_this_thread();
  for (const auto& listener : listeners_) accept(*listener);
  schedule_sweep();
  context_.run();
}

void Loop::accept(Listener& listener) {
  listener.acceptor.async_accept(
      [this, &listener](const boost::system::error_code& error, Socket socket) {
        if (!listener.acceptor.is_open()) return;
        if (!error) {
          admit(std::move(socket), listener.tls);
        } else if (error != boost::asio::error::connection_aborted) {
          listener.paused = true;  // descriptors or memory are used up: not at once again
          return;
        }
        accept(listener);
      });
}

void Loop::admit(Socket socket, bool tls) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // gone already
  std::string peer = text_of(remote.address());
  if (shared_.stats.connections_open.load(std::memory_order_relaxed) >=
      shared_.limits.connections) {
    return turn_away(std::move(socket), tls, peer);
  }
  socket.set_option(tcp::no_delay(true), error);
  std::unique_ptr<TlsSession> session;
  if (tls) {
    session = TlsSession::create(*shared_.current_tls());
    if (session == nullptr) return;
  }
  shared_.stats.connections_accepted.fetch_add(1, std::memory_order_relaxed);
  shared_.stats.connections_open.fetch_add(1, std::memory_order_relaxed);
  auto connection =
      std::make_shared<Connection>(*this, std::move(socket), std::move(session), std::move(peer));
  connection->slot = connections_.size();
  connections_.push_back(connection);
  connection->start();
}

// Best effort, without waiting: a server that is full must not keep state for those it refuses.
void Loop::turn_away(Socket socket, bool tls, const std::string& peer) {
  shared_.stats.connections_refused.fetch_add(1, std::memory_order_relaxed);
  if (tls) return;
  const ErrorContext context{"", "", peer, base::random_uuid(), false};
  Response response = shared_.error_responder(503, "The server has too many connections.", context);
  ResponseFraming framing;
  framing.close = true;
  framing.date = date_.now();
  std::string octets;
  append_response(octets, response, framing);
  [[maybe_unused]] const ssize_t sent =
      ::send(socket.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Loop::forget(Connection& connection) {
  shared_.stats.connections_open.fetch_sub(1, std::memory_order_relaxed);
  const std::size_t slot = connection.slot;
  std::swap(connections_[slot], connections_.back());
  connections_[slot]->slot = slot;
  connections_.pop_back();
  report_drained();
}

void Loop::begin_drain() {
  boost::asio::post(context_, [this] { drain(); });
}

void Loop::drain() {
  draining_ = true;
  for (const auto& listener : listeners_) {
    // Connections that wait in the system's queue would be reset by closing the listener.
    boost::system::error_code error;
    listener->acceptor.non_blocking(true, error);
    while (!error) {
      Socket socket = listener->acceptor.accept(error);
      if (!error) admit(std::move(socket), listener->tls);
    }
    listener->acceptor.close(error);
  }
  for (std::size_t index = connections_.size(); index-- > 0;) {
    const auto connection = connections_[index];
    connection->drain(true);
  }
  report_drained();
}

void Loop::report_drained() {
  if (!draining_ || reported_drained_ || !connections_.empty()) return;
  reported_drained_ = true;
  const std::lock_guard lock(shared_.mutex);
  ++shared_.drained_loops;
  shared_.drained.notify_all();
}

void Loop::schedule_sweep() {
  timer_.expires_after(shared_.limits.sweep_period);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    sweep();
    schedule_sweep();
  });
}

void Loop::sweep() {
  const auto now = Connection::Clock::now();
  // Backwards: a connection that closes is replaced by the last one, which was looked at before.
  for (std::size_t index = connections_.size(); index-- > 0;) {
    const auto connection = connections_[index];
    connection->check_deadlines(now);
    if (draining_) connection->drain(false);
  }
  if (draining_) return;
  for (const auto& listener : listeners_) {
    if (std::exchange(listener->paused, false)) accept(*listener);
  }
}

}  // namespace muster::http
