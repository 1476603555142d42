// One TLS connection without a socket: octets from the wire go in, plain octets come out, and the
// reverse. The owner moves octets between it and the socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/input_buffer.h"
#include "http/message.h"
#include "http/tls.h"

struct ssl_st;         // SSL of OpenSSL
struct bio_method_st;  // BIO_METHOD
struct bio_st;         // BIO

namespace muster::http {

// Used by one thread at a time.
class TlsSession {
 public:
  enum class Outcome : std::uint8_t {
    kOpen,
    kEnded,      // the client closed its side in order
    kFailed,     // the connection is of no more use; an alert may be in wire()
    kPlainHttp,  // the client speaks HTTP without TLS on a TLS port
  };

  // nullptr when memory is exhausted.
  [[nodiscard]] static std::unique_ptr<TlsSession> create(const TlsContext& context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Takes octets from the wire, all of them; goes on with the handshake; appends what they hold to
  // `plain`. May add octets to wire() at any time.
  Outcome receive(std::string_view octets, InputBuffer& plain);

  // Encrypts. False when the session cannot send any more. Precondition: established().
  bool send(std::string_view plain);

  // Says goodbye to the client (close_notify), if it may still be said.
  void close();

  [[nodiscard]] bool established() const { return established_; }
  // What the handshake said about the client; null before established().
  [[nodiscard]] const std::shared_ptr<const TlsPeer>& peer() const { return peer_; }

  // What has to be sent to the client; the caller takes and clears it.
  [[nodiscard]] std::string& wire() { return wire_; }

 private:
  TlsSession() = default;
  Outcome shake_hands();
  Outcome failure(int returned);

  static const bio_method_st* wire_method();
  static int bio_read(bio_st* bio, char* to, int size);
  static int bio_write(bio_st* bio, const char* from, int size);
  static long bio_control(bio_st* bio, int command, long number, void* pointer);

  ssl_st* ssl_ = nullptr;
  std::string_view arrived_;
  std::string wire_;
  std::shared_ptr<const TlsPeer> peer_;
  bool established_ = false;
  bool failed_ = false;
};

}  // namespace muster::http
