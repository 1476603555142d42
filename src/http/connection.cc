#include "http/connection.h"

#include <exception>
#include <utility>

#include "base/random.h"
#include "http/loop.h"
#include "http/mailbox.h"
#include "http/response_writer.h"

namespace muster::http {
namespace {

constexpr std::size_t kHeadRoom = 2 * 1024;
constexpr std::size_t kBodyRoom = 32 * 1024;
// Answers of pipelined requests are sent together, but not more than this at once.
constexpr std::size_t kEnoughOutput = 64 * 1024;

}  // namespace

Connection::Connection(Loop& loop, Socket socket, std::unique_ptr<TlsSession> tls, std::string peer)
    : loop_(loop),
      peer_(std::move(peer)),
      tls_(tls != nullptr),
      peer_trusted_(loop.shared().forwarding.trusts(peer_)),
      channel_(std::move(socket), std::move(tls), *this, loop.shared().stats),
      reader_(loop.shared().limits) {}

void Connection::start() {
  const Limits& limits = loop_.shared().limits;
  sink_ = std::make_shared<ConnectionSink>(loop_.mailbox(), weak_from_this());
  now_ = Clock::now();
  established_ = channel_.established();
  deadline_ = now_ + (established_ ? limits.idle_time : limits.handshake_time);
  channel_.read(kHeadRoom);
}

void Connection::on_received() {
  now_ = Clock::now();
  if (phase_ == Phase::kLingering) {
    if (channel_.total_received() - body_mark_ > loop_.shared().limits.linger_octets) return drop();
    return channel_.read(kBodyRoom);
  }
  if (!channel_.established()) {
    if (flush()) channel_.read(kHeadRoom);
    return;
  }
  if (!established_) {
    established_ = true;
    deadline_ = now_ + loop_.shared().limits.idle_time;
  }
  note_begin();
  pump();
}

void Connection::on_sent() {
  now_ = Clock::now();
  if (!established_ && phase_ == Phase::kReading) return channel_.read(kHeadRoom);
  if (phase_ == Phase::kClosing) return close_in_order();
  pump();
}

void Connection::on_end() {
  drop();
}

void Connection::on_plain_http() {
  now_ = Clock::now();
  tls_ = false;
  established_ = true;
  refuse({400, "This port speaks HTTPS; the request was plain HTTP."});
}

void Connection::note_begin() {
  if (request_begun_ || channel_.input().empty()) return;
  request_begun_ = true;
  request_began_ = now_;
  deadline_ = now_ + loop_.shared().limits.head_time;
}

void Connection::pump() {
  while (phase_ == Phase::kReading) {
    if (channel_.sending()) return;  // on_sent() goes on
    if (channel_.output().size() > kEnoughOutput && !flush()) return;
    if (!read_request()) return;
  }
  if (phase_ == Phase::kClosing && !channel_.sending()) return close_in_order();
  if (phase_ == Phase::kHandling) flush();
}

// True when a request was handed to the handler.
bool Connection::read_request() {
  switch (reader_.read(channel_.input())) {
    case RequestReader::State::kIncomplete:
      await_more();
      return false;
    case RequestReader::State::kRefused:
      refuse(reader_.refusal());
      return false;
    case RequestReader::State::kComplete:
      dispatch();
      return true;
  }
  return false;
}

void Connection::await_more() {
  const bool body = reader_.in_body();
  if (body && !body_begun_) {
    body_begun_ = true;
    body_began_ = now_;
    body_mark_ = channel_.total_received();
    deadline_ = request_began_ + loop_.shared().limits.request_time;
  }
  if (reader_.wants_continue()) channel_.output().append("HTTP/1.1 100 Continue\r\n\r\n");
  if (!flush()) return;
  channel_.input().release();
  channel_.read(body ? kBodyRoom : kHeadRoom);
}

void Connection::dispatch() {
  const Shared& shared = loop_.shared();
  Request request = reader_.take();
  request.tls = tls_;
  request.tls_peer = channel_.tls_peer();
  request.received = now_;
  request.request_id = base::random_uuid();
  shared.forwarding.apply(
      request, reader_.authority().empty() ? channel_.local_authority() : reader_.authority(),
      peer_, peer_trusted_);
  method_ = request.method;
  target_ = request.target;
  request_id_ = request.request_id;
  phase_ = Phase::kHandling;
  request_begun_ = body_begun_ = false;
  loop_.shared().stats.requests.fetch_add(1, std::memory_order_relaxed);
  in_handler_ = true;
  try {
    shared.handler(std::move(request), Responder(sink_));
  } catch (const std::exception&) {
    // The Responder went down with the handler and has sent 500.
  }
  in_handler_ = false;
}

void Connection::answer(Response&& response) {
  if (phase_ != Phase::kHandling) return;
  const bool close = response.close || !reader_.keep_alive() || loop_.draining();
  append(response, close);
  phase_ = close ? Phase::kClosing : Phase::kReading;
  if (!in_handler_) now_ = Clock::now();
  deadline_ = now_ + loop_.shared().limits.idle_time;
  if (!close) note_begin();
  if (!in_handler_) pump();
}

void Connection::abandon() {
  if (phase_ != Phase::kHandling) return;
  const Refusal refusal{500, "The server failed to answer this request."};
  answer(render(refusal, {method_, target_, peer_, request_id_, tls_}));
}

void Connection::append(const Response& response, bool close) {
  ResponseFraming framing;
  framing.head_only = method_ == "HEAD";
  framing.close = close;
  framing.keep_alive = reader_.http_1_0();
  framing.tls = tls_;
  framing.date = loop_.date().now();
  append_response(channel_.output(), response, framing);
}

Response Connection::render(const Refusal& refusal, const ErrorContext& context) {
  loop_.shared().stats.count_refusal(refusal.status);
  Response response;
  try {
    response = loop_.shared().error_responder(refusal.status, refusal.reason, context);
  } catch (const std::exception&) {
    response = {};
    response.status = refusal.status;
  }
  if (refusal.status == 415) response.add("Accept-Encoding", "gzip");  // RFC 9110 §12.5.3
  return response;
}

void Connection::refuse(const Refusal& refusal) {
  method_ = reader_.known_method(channel_.input());
  const ErrorContext context{method_, reader_.known_target(channel_.input()), peer_,
                             base::random_uuid(), tls_};
  append(render(refusal, context), true);
  close_in_order();
}

bool Connection::flush() {
  if (channel_.flush()) return true;
  stall_deadline_ = Clock::now() + loop_.shared().limits.write_stall;
  return false;
}

void Connection::close_in_order() {
  phase_ = Phase::kClosing;
  if (channel_.sending() || !flush()) return;  // on_sent() comes back here
  channel_.finish();
  phase_ = Phase::kLingering;
  deadline_ = now_ + loop_.shared().limits.linger_time;
  body_mark_ = channel_.total_received();
  channel_.discard();
  channel_.read(kHeadRoom);
}

void Connection::drop() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  channel_.close();
  loop_.forget(*this);
}

void Connection::drop_late() {
  loop_.shared().stats.timeouts.fetch_add(1, std::memory_order_relaxed);
  drop();
}

bool Connection::body_is_too_slow(Clock::time_point now) const {
  const Limits& limits = loop_.shared().limits;
  if (!body_begun_ || now - body_began_ <= limits.body_grace) return false;
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - body_began_);
  const std::uint64_t due = limits.body_rate * static_cast<std::uint64_t>(waited.count()) / 1000;
  return channel_.total_received() - body_mark_ < due;
}

void Connection::check_deadlines(Clock::time_point now) {
  now_ = now;
  if (channel_.sending()) {
    if (std::exchange(sent_mark_, channel_.total_sent()) != channel_.total_sent()) {
      stall_deadline_ = now + loop_.shared().limits.write_stall;
    } else if (now >= stall_deadline_) {
      drop_late();
    }
    return;
  }
  const bool late = now >= deadline_;
  if (phase_ == Phase::kLingering && late) return drop();
  if (phase_ != Phase::kReading) return;
  if (late && !established_) return drop_late();
  if (late && !request_begun_) return close_in_order();
  if (!late && !body_is_too_slow(now)) return;
  loop_.shared().stats.timeouts.fetch_add(1, std::memory_order_relaxed);
  refuse({408, "The request did not arrive in time."});
}

void Connection::drain(bool patient) {
  if (phase_ != Phase::kReading || request_begun_ || channel_.sending()) return;
  if (channel_.has_unread()) return;  // a request on its way: it is answered, then closed
  if (established_) {
    // So may one be that is not here yet. Its client could not tell whether it was served.
    if (quiet_for(Clock::now()) >= loop_.shared().limits.drain_quiet) close_in_order();
  } else if (!patient) {
    drop();
  }
}

// Since the last answer; of an established connection whose next request has not begun.
Connection::Clock::duration Connection::quiet_for(Clock::time_point now) const {
  return now - (deadline_ - loop_.shared().limits.idle_time);
}

}  // namespace muster::http
