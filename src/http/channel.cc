#include "http/channel.h"

#include <algorithm>
#include <cerrno>

#include <boost/asio/buffer.hpp>
#include <sys/socket.h>

namespace muster::http {
namespace {

// Output buffers larger than this are given back once they are empty.
constexpr std::size_t kKeepOutput = 32 * 1024;
// Enough for the head of any real client and small enough for thousands of idle connections.
constexpr std::size_t kCipherRoom = 4096;

void empty(std::string& buffer) {
  if (buffer.capacity() > kKeepOutput) {
    std::string().swap(buffer);
  } else {
    buffer.clear();
  }
}

}  // namespace

void Channel::read(std::size_t room) {
  if (reading_) return;
  reading_ = true;
  InputBuffer& into = tls_ ? cipher_ : input_;
  if (tls_) room = std::max(room, kCipherRoom);
  const std::span<char> space = into.prepare(room);
  socket_.async_read_some(
      boost::asio::buffer(space.data(), space.size()),
      [this, keep = events_.self()](const boost::system::error_code& error, std::size_t count) {
        reading_ = false;
        on_read(error, count);
      });
}

void Channel::on_read(const boost::system::error_code& error, std::size_t count) {
  if (!socket_.is_open()) return;
  if (error) return events_.on_end();
  total_received_ += count;
  stats_.octets_in.fetch_add(count, std::memory_order_relaxed);
  if (discarding_) {
    input_.clear();
    cipher_.clear();
    return events_.on_received();
  }
  if (tls_) return on_encrypted(count);
  input_.commit(count);
  events_.on_received();
}

void Channel::on_encrypted(std::size_t count) {
  cipher_.commit(count);
  const bool was_established = tls_->established();
  const TlsSession::Outcome outcome = tls_->receive(cipher_.view(), input_);
  cipher_.clear();
  cipher_.release();
  switch (outcome) {
    case TlsSession::Outcome::kOpen:
      return events_.on_received();
    case TlsSession::Outcome::kPlainHttp:
      tls_.reset();
      return events_.on_plain_http();
    case TlsSession::Outcome::kEnded:
      // A request that came with the goodbye is still answered; the next read finds the end.
      return input_.empty() ? events_.on_end() : events_.on_received();
    case TlsSession::Outcome::kFailed:
      if (!was_established && !tls_->established()) {
        stats_.handshake_failures.fetch_add(1, std::memory_order_relaxed);
      }
      flush();  // the alert
      return events_.on_end();
  }
}

bool Channel::flush() {
  if (sending_) return false;
  if (tls_) {
    if (!output_.empty()) {
      tls_->send(output_);
      empty(output_);
    }
    if (tls_->wire().empty()) return true;
    wire_.swap(tls_->wire());
  } else {
    if (output_.empty()) return true;
    wire_.swap(output_);
  }
  sent_ = 0;
  if (send_some()) return true;
  sending_ = true;
  wait_to_send();
  return false;
}

// True when there is nothing more to send, also because the connection is broken: a read will tell.
bool Channel::send_some() {
  while (sent_ < wire_.size()) {
    const ssize_t count = ::send(socket_.native_handle(), wire_.data() + sent_,
                                 wire_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (count < 0) break;
    sent_ += static_cast<std::size_t>(count);
    total_sent_ += static_cast<std::uint64_t>(count);
    stats_.octets_out.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
  }
  empty(wire_);
  return true;
}

void Channel::wait_to_send() {
  socket_.async_wait(Socket::wait_write,
                     [this, keep = events_.self()](const boost::system::error_code& error) {
                       on_writable(error);
                     });
}

void Channel::on_writable(const boost::system::error_code& error) {
  if (!socket_.is_open()) return;
  if (error) return events_.on_end();
  if (!send_some()) return wait_to_send();
  sending_ = false;
  events_.on_sent();
}

bool Channel::has_unread() {
  char octet = 0;
  return ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

std::string Channel::local_authority() const {
  boost::system::error_code error;
  const auto local = socket_.local_endpoint(error);
  if (error) return "localhost";
  const std::string address = local.address().to_string();
  const std::string host = local.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(local.port());
}

void Channel::finish() {
  if (tls_) {
    tls_->close();
    flush();
  }
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Channel::discard() {
  discarding_ = true;
  if (!reading_) {
    input_.clear();
    cipher_.clear();
  }
}

void Channel::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace muster::http
