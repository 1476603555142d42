// Requests and responses as plain values, and the one-shot object that answers a request. Nothing
// here knows sockets or TLS, so handlers and their tests need only this header.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::http {

// One field line of a message. The views belong to the Headers they came from.
struct Field {
  std::string_view name;
  std::string_view value;
};

// Field lines in the order they came; names compare without regard to ASCII case (RFC 9110 §5.1).
// All text sits in one buffer; copies and moves keep it, add() may move it: views got before an
// add() are dead after it.
class Headers {
 public:
  // Where one field line lies in the text.
  struct Slot {
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t value_at;
    std::uint32_t value_size;
  };

  Headers() = default;
  // Takes a text already split. Precondition: every slot lies inside `text`.
  Headers(std::string text, std::vector<Slot> slots)
      : text_(std::move(text)), slots_(std::move(slots)) {}

  void add(std::string_view name, std::string_view value);

  // Value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // The same, empty when there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  // Precondition: index < size().
  [[nodiscard]] Field operator[](std::size_t index) const;

 private:
  std::string text_;
  std::vector<Slot> slots_;
};

// What the TLS handshake of a connection says about its client. Immutable; shared by the requests
// of the connection.
struct TlsPeer {
  // DER of the certificate that the client has proved to hold the key of; empty if it sent none.
  // Who issued it, its dates and its revocation are NOT checked: that is its reader's business.
  std::string certificate = {};
  // Octets that stand for this connection at both of its ends: `tls-unique` (RFC 5929 §3) with TLS
  // 1.2, `tls-exporter` (RFC 9266) with TLS 1.3; empty where there is none.
  std::string channel_binding = {};
  std::string version = {};  // "TLSv1.2", "TLSv1.3"
};

// A request whose framing has been checked (RFC 9112) and whose body is complete: chunks joined and
// gzip undone (Content-Length and Content-Encoding in `headers` still say what was on the wire).
struct Request {
  std::string method;  // as sent, case counts
  // Origin-form: path and query as sent, not decoded; "*" only for OPTIONS. Of an absolute-form
  // target the scheme and authority are cut off here and used for `base_url`.
  std::string target;
  Headers headers;
  std::string body;
  // The client's address as text: the peer's, or, when the peer is a trusted proxy, the last
  // address in X-Forwarded-For that is not.
  std::string remote;
  // "https://host:port" as the client sees this service, no slash at the end. Links start with it.
  std::string base_url;
  std::string request_id;                            // UUID, new for each request
  bool tls = false;                                  // whether this connection is encrypted
  std::shared_ptr<const TlsPeer> tls_peer = {};      // null without TLS
  std::chrono::steady_clock::time_point received{};  // when the head was complete

  // The target up to `?`, and what follows it. Not decoded.
  [[nodiscard]] std::string_view path() const;
  [[nodiscard]] std::string_view query() const;
};

// What a handler answers. Date, Content-Length, Connection and Strict-Transport-Security are the
// server's: those names are ignored here. Fields whose name is not a token or whose value holds
// control characters are left out. Statuses 204 and 304 go out without body and Content-Type.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  bool close = false;  // end the connection after this answer

  void add(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
  }
};

// Where an answer goes. Both functions may be called on any thread, one of them, once.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void answer(Response&& response) = 0;
  // The request was dropped without an answer.
  virtual void abandon() = 0;
  // Any thread, any time: runs `task` on the loop of the connection, later; false when the loop is
  // gone, and then `task` never runs. Where there is no loop it runs at once.
  virtual bool post(std::function<void()> task) = 0;
};

// The right and duty to answer one request, once, from any thread, at any later time. Called on the
// loop thread inside the handler it costs nothing; from elsewhere it wakes the connection's loop.
// If the connection is gone by then the answer vanishes. Destroyed unanswered, it sends 500.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ResponseSink> sink) : sink_(std::move(sink)) {}
  // An answer that goes to a function instead of a connection (parts of a batch, tests). Destroyed
  // unanswered, it calls it with status 500 and no body.
  [[nodiscard]] static Responder to(std::function<void(Response&&)> receiver);

  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  // Later calls do nothing.
  void operator()(Response response);
  [[nodiscard]] bool answered() const { return sink_ == nullptr; }

  // The way back to the loop for work that an answer takes (ResponseSink::post). Outlives the
  // answer. Precondition: not answered.
  using Poster = std::function<bool(std::function<void()>)>;
  [[nodiscard]] Poster poster() const;

 private:
  std::shared_ptr<ResponseSink> sink_;
};

// Called on a loop thread for each complete request, in the order of the connection; the next
// request of a connection waits for the answer. It must not block. An exception counts as dropping
// the Responder.
using Handler = std::function<void(Request&&, Responder)>;

// What is known about a request that is refused before (or instead of) the handler.
struct ErrorContext {
  std::string method;  // may be empty
  std::string target;  // may be empty or incomplete
  std::string remote;
  std::string request_id;
  bool tls = false;
};

// Renders a refusal of the protocol layer (400, 408, 413, 414, 415, 417, 431, 500, 501, 503, 505).
// `reason` is one English sentence that can be shown to the client. Called on a loop thread.
using ErrorResponder =
    std::function<Response(int status, std::string_view reason, const ErrorContext& context)>;

}  // namespace muster::http
