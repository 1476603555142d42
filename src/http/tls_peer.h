// What a finished TLS handshake says about the client.
#pragma once

#include "http/message.h"

struct ssl_ctx_st;  // SSL_CTX of OpenSSL
struct ssl_st;      // SSL

namespace muster::http {

// Asks every client for a certificate and lets those in that have none. The handshake proves that
// the client holds the key of what it sent and nothing else: who issued the certificate is judged
// by its reader (TlsPeer), who knows the tenant. No authorities are named, for there is one a
// tenant, and clients must not learn which.
void ask_for_certificates(ssl_ctx_st* context);

// Precondition: the handshake is done, of this connection or of the one that it resumes.
[[nodiscard]] TlsPeer peer_of(ssl_st* session);

}  // namespace muster::http
