// One client connection: reads requests, has them handled one after the other, sends the answers in
// order, and keeps the time limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/channel.h"
#include "http/message.h"
#include "http/request_reader.h"

namespace muster::http {

class Loop;

// Lives on its loop's thread. The loop holds it until it is closed.
class Connection final : public ChannelEvents, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  // `tls` is nullptr for plain HTTP; `peer` is the client's address as text.
  Connection(Loop& loop, Socket socket, std::unique_ptr<TlsSession> tls, std::string peer);

  void start();

  // Looks at the deadlines; may close the connection.
  void check_deadlines(Clock::time_point now);

  // Closes the connection if it is idle and nothing is on the way; not if `patient` and its
  // handshake is going on.
  void drain(bool patient);

  // The answer of the request being handled; ignored when there is none.
  void answer(Response&& response);
  void abandon();
  [[nodiscard]] bool in_handler() const { return in_handler_; }

  // Place in the loop's list.
  std::size_t slot = 0;

  void on_received() override;
  void on_end() override;
  void on_sent() override;
  void on_plain_http() override;
  std::shared_ptr<ChannelEvents> self() override { return shared_from_this(); }

 private:
  enum class Phase : std::uint8_t {
    kReading,    // awaiting a request or the rest of one
    kHandling,   // the handler has one
    kClosing,    // the last answer is being sent
    kLingering,  // ours is sent and ended; waiting for the client's end
    kClosed,
  };

  void pump();
  bool read_request();
  void await_more();
  void note_begin();
  void dispatch();
  void append(const Response& response, bool close);
  void refuse(const Refusal& refusal);
  Response render(const Refusal& refusal, const ErrorContext& context);
  bool flush();
  void close_in_order();
  void drop();
  void drop_late();
  bool body_is_too_slow(Clock::time_point now) const;
  Clock::duration quiet_for(Clock::time_point now) const;

  Loop& loop_;
  const std::string peer_;
  bool tls_;
  const bool peer_trusted_;
  Channel channel_;
  RequestReader reader_;
  std::shared_ptr<ResponseSink> sink_;

  Phase phase_ = Phase::kReading;
  bool established_ = false;
  bool request_begun_ = false;  // octets of the awaited request are here
  bool body_begun_ = false;
  bool in_handler_ = false;
  Clock::time_point now_;  // of the event at hand
  Clock::time_point deadline_;
  Clock::time_point stall_deadline_;
  Clock::time_point request_began_;
  Clock::time_point body_began_;
  std::uint64_t body_mark_ = 0;  // total_received() when the body began
  std::uint64_t sent_mark_ = 0;  // total_sent() when last looked at

  // Of the request being handled, for a refusal in place of its answer.
  std::string method_;
  std::string target_;
  std::string request_id_;
};

}  // namespace muster::http
