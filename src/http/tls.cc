#include "http/tls.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/openssl_errors.h"
#include "http/tls_peer.h"

namespace muster::http {
namespace {

constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

base::Error unusable(const std::string& file, const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, file + ": " + why, file);
}

base::Status check_readable(const std::string& file) {
  errno = 0;
  const std::ifstream probe(file);
  if (!probe) return unusable(file, std::strerror(errno));
  return base::done();
}

// Only http/1.1 is spoken; a client that offers other protocols alone is refused (RFC 7301 §3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::string_view kHttp11("\x08http/1.1", 9);
  unsigned char* selected = nullptr;
  const int outcome = SSL_select_next_proto(
      &selected, chosen_size, reinterpret_cast<const unsigned char*>(kHttp11.data()),
      static_cast<unsigned>(kHttp11.size()), offered, offered_size);
  *chosen = selected;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool apply_policy(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An idle connection then holds no record buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  // Tickets resume sessions without memory here; one of them is enough for a keep-alive client.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  static constexpr std::string_view kSessions = "muster";
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  ask_for_certificates(context);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers12) == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
         SSL_CTX_set_session_id_context(context,
                                        reinterpret_cast<const unsigned char*>(kSessions.data()),
                                        static_cast<unsigned>(kSessions.size())) == 1;
}

}  // namespace

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

base::Result<std::shared_ptr<const TlsContext>> TlsContext::load(
    const std::string& certificate_file, const std::string& key_file) {
  MUSTER_TRY(check_readable(certificate_file));
  MUSTER_TRY(check_readable(key_file));
  ERR_clear_error();
  auto loaded = std::make_shared<TlsContext>(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = loaded->native();
  if (context == nullptr || !apply_policy(context)) {
    return base::fail(base::ErrorCode::kInternal, "TLS: " + take_openssl_error());
  }
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return unusable(certificate_file, "not a PEM certificate: " + take_openssl_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable(key_file,
                    "not the PEM private key of " + certificate_file + ": " + take_openssl_error());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return unusable(key_file, "does not belong to the certificate in " + certificate_file);
  }
  return std::shared_ptr<const TlsContext>(std::move(loaded));
}

}  // namespace muster::http
