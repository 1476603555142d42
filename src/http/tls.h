// Server-side TLS settings: a certificate chain, its key and a fixed policy. TLS 1.3 and 1.2 with
// ECDHE and AEAD only, no renegotiation, no compression, ALPN http/1.1. Clients are asked for a
// certificate and need none (tls_peer.h).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace muster::http {

// Immutable after loading; may be shared by threads and connections.
class TlsContext {
 public:
  // Reads PEM files: the server's certificate followed by intermediates, and its private key (RSA
  // of at least 2048 bit or EC). kConfiguration, naming the file, if one is missing, unreadable or
  // malformed, or if the two do not belong together.
  [[nodiscard]] static base::Result<std::shared_ptr<const TlsContext>> load(
      const std::string& certificate_file, const std::string& key_file);

  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

}  // namespace muster::http
