#include "http/tls_session.h"

#include <algorithm>
#include <limits>
#include <span>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/tls_peer.h"

namespace muster::http {
namespace {

// One record holds at most 16 KiB; a smaller step keeps the buffer of a small request small.
constexpr std::size_t kPlainStep = 2048;

}  // namespace

// A BIO that reads from what has arrived and writes to wire_: no copies but OpenSSL's own.
const bio_method_st* TlsSession::wire_method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "muster wire");
    BIO_meth_set_read(made, &TlsSession::bio_read);
    BIO_meth_set_write(made, &TlsSession::bio_write);
    BIO_meth_set_ctrl(made, &TlsSession::bio_control);
    return made;
  }();
  return kMethod;
}

int TlsSession::bio_read(bio_st* bio, char* to, int size) {
  auto& arrived = static_cast<TlsSession*>(BIO_get_data(bio))->arrived_;
  BIO_clear_retry_flags(bio);
  if (arrived.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t part = std::min(arrived.size(), static_cast<std::size_t>(size));
  arrived.copy(to, part);
  arrived.remove_prefix(part);
  return static_cast<int>(part);
}

int TlsSession::bio_write(bio_st* bio, const char* from, int size) {
  static_cast<TlsSession*>(BIO_get_data(bio))->wire_.append(from, static_cast<std::size_t>(size));
  return size;
}

long TlsSession::bio_control(bio_st*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

std::unique_ptr<TlsSession> TlsSession::create(const TlsContext& context) {
  std::unique_ptr<TlsSession> session(new TlsSession());
  session->ssl_ = SSL_new(context.native());
  BIO* bio = BIO_new(wire_method());
  if (session->ssl_ == nullptr || bio == nullptr) {
    BIO_free(bio);
    return nullptr;
  }
  BIO_set_data(bio, session.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session->ssl_, bio, bio);  // owns it from here
  SSL_set_accept_state(session->ssl_);
  return session;
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

TlsSession::Outcome TlsSession::failure(int returned) {
  const int kind = SSL_get_error(ssl_, returned);
  if (kind == SSL_ERROR_WANT_READ) return Outcome::kOpen;
  if (kind == SSL_ERROR_ZERO_RETURN) return Outcome::kEnded;
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  failed_ = true;
  const bool plain_http = ERR_GET_LIB(code) == ERR_LIB_SSL &&
                          ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST && !established_;
  return plain_http ? Outcome::kPlainHttp : Outcome::kFailed;
}

TlsSession::Outcome TlsSession::shake_hands() {
  const int returned = SSL_do_handshake(ssl_);
  if (returned != 1) return failure(returned);
  established_ = true;
  peer_ = std::make_shared<const TlsPeer>(peer_of(ssl_));
  return Outcome::kOpen;
}

TlsSession::Outcome TlsSession::receive(std::string_view octets, InputBuffer& plain) {
  if (failed_) return Outcome::kFailed;
  arrived_ = octets;
  if (!established_) {
    const Outcome outcome = shake_hands();
    if (!established_) return outcome;
  }
  // Asked for more than there is, OpenSSL would set up another record and an error to say so.
  while (!arrived_.empty() || SSL_has_pending(ssl_) == 1) {
    const std::span<char> room = plain.prepare(kPlainStep);
    const auto size = static_cast<int>(std::min<std::size_t>(room.size(), 1U << 20));
    const int count = SSL_read(ssl_, room.data(), size);
    if (count <= 0) return failure(count);
    plain.commit(static_cast<std::size_t>(count));
  }
  return Outcome::kOpen;
}

bool TlsSession::send(std::string_view plain) {
  while (!plain.empty() && !failed_) {
    const auto size = static_cast<int>(std::min<std::size_t>(plain.size(), 1U << 30));
    const int count = SSL_write(ssl_, plain.data(), size);
    if (count <= 0) {
      failure(count);
      failed_ = true;
      break;
    }
    plain.remove_prefix(static_cast<std::size_t>(count));
  }
  return !failed_;
}

void TlsSession::close() {
  if (failed_ || !established_) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace muster::http
