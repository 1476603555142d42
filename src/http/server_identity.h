// The server's own certificate authority and certificate, for installations that bring none: made
// at the first start, renewed by themselves, so that HTTPS works from the first minute and clients
// have one stable `ca.pem` to trust.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace muster::http {

// Files below `folder`; keys have mode 0600.
struct ServerIdentity {
  std::string ca_file;           // ca.pem, what clients trust
  std::string certificate_file;  // server.pem: the server's certificate, then the CA's
  std::string key_file;          // server-key.pem
  bool issued = false;           // whether this call made a new server certificate
};

// Makes `folder` (mode 0700) and what is missing in it: a CA (P-256, ten years, pathlen 0) that is
// kept for good, and a certificate (P-256, 397 days) for localhost, 127.0.0.1, ::1 and `names` (DNS
// names and addresses). The certificate is issued anew when it ends within 30 days, when its names
// differ, or when it is not of this CA. Files are replaced atomically. kConfiguration when a name
// is no DNS name or address, or a file cannot be read or written; a damaged or expired CA is an
// error, never replaced silently: clients trust it.
[[nodiscard]] base::Result<ServerIdentity> ensure_server_identity(
    const std::string& folder, const std::vector<std::string>& names, const base::Clock& clock);

}  // namespace muster::http
