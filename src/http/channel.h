// A socket, with TLS or without, as two buffers of plain octets: what came in, what has to go out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/asio_types.h"
#include "http/input_buffer.h"
#include "http/stats.h"
#include "http/tls_session.h"

namespace muster::http {

// Told by a Channel what happened. Never called from inside a call to the Channel.
class ChannelEvents {
 public:
  virtual ~ChannelEvents() = default;
  // Octets were received (TLS: perhaps none of them plain).
  virtual void on_received() = 0;
  // Nothing more will be received: end of stream, a broken connection, a failed handshake.
  virtual void on_end() = 0;
  // A flush() that returned false is done.
  virtual void on_sent() = 0;
  // A client speaks plain HTTP to a TLS port; the channel is plain from now on, nothing can be
  // read.
  virtual void on_plain_http() = 0;
  // Keeps the owner of the channel alive while an operation runs.
  virtual std::shared_ptr<ChannelEvents> self() = 0;
};

// Used on its loop's thread only. At most one read and one write run at a time.
class Channel {
 public:
  Channel(Socket socket, std::unique_ptr<TlsSession> tls, ChannelEvents& events, Stats& stats)
      : socket_(std::move(socket)), tls_(std::move(tls)), events_(events), stats_(stats) {}

  [[nodiscard]] InputBuffer& input() { return input_; }
  [[nodiscard]] const InputBuffer& input() const { return input_; }
  // Append here, then flush().
  [[nodiscard]] std::string& output() { return output_; }

  // Whether requests can be read: no TLS, or the handshake is done.
  [[nodiscard]] bool established() const { return tls_ == nullptr || tls_->established(); }

  // What the handshake said about the client; null without TLS.
  [[nodiscard]] std::shared_ptr<const TlsPeer> tls_peer() const {
    return tls_ ? tls_->peer() : nullptr;
  }

  // Starts a read of up to about `room` octets, unless one runs.
  void read(std::size_t room);
  // Hands output to the system. True when all of it was taken; else on_sent() follows, or on_end()
  // when the connection broke.
  bool flush();
  [[nodiscard]] bool sending() const { return sending_; }
  // Octets of the wire since the beginning.
  [[nodiscard]] std::uint64_t total_sent() const { return total_sent_; }
  [[nodiscard]] std::uint64_t total_received() const { return total_received_; }
  // Whether the system holds octets that were not read yet.
  [[nodiscard]] bool has_unread();

  // "ADDRESS:PORT" of this end.
  [[nodiscard]] std::string local_authority() const;

  // Ends the sending side (close_notify, FIN). Precondition: nothing is being sent.
  void finish();
  // From now on what arrives is thrown away; on_received() and on_end() still come.
  void discard();
  // Ends both sides at once. Operations that run end without an event.
  void close();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

 private:
  void on_read(const boost::system::error_code& error, std::size_t count);
  void on_encrypted(std::size_t count);
  void on_writable(const boost::system::error_code& error);
  bool send_some();
  void wait_to_send();

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  ChannelEvents& events_;
  Stats& stats_;
  InputBuffer input_;   // plain
  InputBuffer cipher_;  // TLS only: as read from the socket
  std::string output_;  // plain, not yet handed over
  std::string wire_;    // being sent
  std::size_t sent_ = 0;
  std::uint64_t total_sent_ = 0;
  std::uint64_t total_received_ = 0;
  bool reading_ = false;
  bool sending_ = false;
  bool discarding_ = false;
};

}  // namespace muster::http
