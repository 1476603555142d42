// Making and reading the certificates of the server's own authority. Texts are PEM; nothing here
// touches files.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace muster::http {

// A certificate and its private key.
struct CertifiedKey {
  std::string certificate;
  std::string key;
};

// What a certificate says of itself.
struct CertificateFacts {
  std::int64_t not_after = 0;   // seconds since 1970
  std::set<std::string> names;  // "DNS:localhost", "IP:127.0.0.1", canonical
};

// The subject alternative names for `hosts` (DNS names, IPv4 and IPv6 addresses) in canonical form.
// kConfiguration, naming the host, for anything else.
[[nodiscard]] base::Result<std::set<std::string>> alternative_names(
    const std::vector<std::string>& hosts);

// A root: P-256, ten years from `now`, CA:TRUE, pathlen 0, may sign certificates only.
[[nodiscard]] base::Result<CertifiedKey> make_authority(std::int64_t now);

// A server certificate: P-256, 397 days (the longest clients accept) or as long as the authority
// lives, serverAuth. `names` as made by alternative_names().
[[nodiscard]] base::Result<CertifiedKey> issue_server_certificate(
    const CertifiedKey& authority, const std::set<std::string>& names, std::int64_t now);

// kConfiguration when the text is no certificate, or certificate and key do not belong together.
[[nodiscard]] base::Result<CertificateFacts> read_certificate(const CertifiedKey& pair);

// Whether `certificate` carries a valid signature by `authority` (both certificates).
[[nodiscard]] bool is_issued_by(const std::string& certificate, const std::string& authority);

}  // namespace muster::http
