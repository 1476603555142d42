#include "http/tls_peer.h"

#include <array>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace muster::http {
namespace {

// Octets of all certificates of a client. One of a device has less than 2 KiB; the list is held
// before anything is known of the client.
constexpr long kLongestChain = 16 * 1024;

// Called in place of building a chain, which would be wasted: no root is trusted here.
int accept_any(X509_STORE_CTX* chain, void*) {
  X509_STORE_CTX_set_error(chain, X509_V_OK);
  return 1;
}

std::string certificate_of(const SSL* session) {
  X509* certificate = SSL_get0_peer_certificate(session);
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  std::string octets(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return octets;
}

// RFC 5929 §3: the first Finished of the handshake, which is the client's, or the server's when a
// session is resumed. Without the extended master secret two connections can have the same one
// (RFC 7627 §1), so then there is none.
std::string tls_unique(SSL* session) {
  if (SSL_get_extms_support(session) != 1) return {};
  std::array<char, EVP_MAX_MD_SIZE> finished{};
  const std::size_t size = SSL_session_reused(session) == 1
                               ? SSL_get_finished(session, finished.data(), finished.size())
                               : SSL_get_peer_finished(session, finished.data(), finished.size());
  return {finished.data(), size};
}

// RFC 9266 §2.
std::string tls_exporter(SSL* session) {
  static constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  std::array<unsigned char, 32> binding{};
  const unsigned char none = 0;  // the context is empty, not absent
  if (SSL_export_keying_material(session, binding.data(), binding.size(), kLabel.data(),
                                 kLabel.size(), &none, 0, 1) != 1) {
    return {};
  }
  return {reinterpret_cast<const char*>(binding.data()), binding.size()};
}

}  // namespace

void ask_for_certificates(ssl_ctx_st* context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, accept_any, nullptr);
  SSL_CTX_set_max_cert_list(context, kLongestChain);
}

TlsPeer peer_of(ssl_st* session) {
  TlsPeer peer{.certificate = certificate_of(session),
               .channel_binding = SSL_version(session) == TLS1_3_VERSION ? tls_exporter(session)
                                                                         : tls_unique(session),
               .version = SSL_get_version(session)};
  ERR_clear_error();
  return peer;
}

}  // namespace muster::http
