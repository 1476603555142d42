#include "http/server_identity.h"

#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "http/certificate_authority.h"
#include "http/durable_file.h"

namespace muster::http {
namespace {

constexpr std::int64_t kRenewBefore = std::int64_t{30} * 86'400;

base::Error unusable(const std::string& file, const std::string& why) {
  return base::fail(base::ErrorCode::kConfiguration, "The file '" + file + "': " + why, file);
}

base::Status make_folder(const std::string& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (!error && made) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "The folder '" + folder + "' cannot be made: " + error.message(), folder);
  }
  return base::done();
}

base::Result<CertifiedKey> read_pair(const std::string& certificate_file,
                                     const std::string& key_file) {
  CertifiedKey pair;
  pair.certificate = MUSTER_TRY(read_file_if_any(certificate_file));
  pair.key = MUSTER_TRY(read_file_if_any(key_file));
  return pair;
}

// The key is written first: a key without certificate is then what a crash in the first start
// leaves, and may be replaced, since nobody can trust a certificate that was never there.
base::Result<CertifiedKey> make_new_authority(const std::string& ca_file,
                                              const std::string& ca_key_file, std::int64_t now) {
  CertifiedKey authority = MUSTER_TRY(make_authority(now));
  MUSTER_TRY(replace_file(ca_key_file, authority.key, true));
  MUSTER_TRY(replace_file(ca_file, authority.certificate, false));
  return authority;
}

base::Result<CertifiedKey> ensure_authority(const std::string& folder, const std::string& ca_file,
                                            bool first_start, std::int64_t now) {
  const std::string ca_key_file = folder + "/ca-key.pem";
  CertifiedKey authority = MUSTER_TRY(read_pair(ca_file, ca_key_file));
  if (authority.certificate.empty() && first_start) {
    return make_new_authority(ca_file, ca_key_file, now);
  }
  if (authority.certificate.empty()) {
    return unusable(ca_file, "is gone, though clients may trust it; restore it from a backup.");
  }
  if (authority.key.empty()) {
    return unusable(ca_key_file, "is gone; restore it from a backup.");
  }
  const auto facts = read_certificate(authority);
  if (!facts) return unusable(ca_file, facts.error().message);
  if (facts->not_after <= now) {
    return unusable(ca_file, "this authority has expired; remove the folder to make a new one.");
  }
  return authority;
}

// A renewal is not due while the certificate lasts as long as its authority anyway.
bool is_current(const CertifiedKey& server, const CertifiedKey& authority,
                const std::set<std::string>& names, std::int64_t now) {
  const auto facts = read_certificate(server);
  const auto ca = read_certificate(authority);
  if (!facts || !ca || facts->names != names) return false;
  const bool lasts = facts->not_after > now + kRenewBefore || facts->not_after == ca->not_after;
  return lasts && facts->not_after > now && is_issued_by(server.certificate, authority.certificate);
}

}  // namespace

base::Result<ServerIdentity> ensure_server_identity(const std::string& folder,
                                                    const std::vector<std::string>& names,
                                                    const base::Clock& clock) {
  std::vector<std::string> hosts = {"localhost", "127.0.0.1", "::1"};
  hosts.insert(hosts.end(), names.begin(), names.end());
  const std::set<std::string> wanted = MUSTER_TRY(alternative_names(hosts));
  MUSTER_TRY(make_folder(folder));

  ServerIdentity identity{folder + "/ca.pem", folder + "/server.pem", folder + "/server-key.pem"};
  const std::int64_t now = clock.now().unix_seconds();
  const CertifiedKey server = MUSTER_TRY(read_pair(identity.certificate_file, identity.key_file));
  const bool first_start = server.certificate.empty() && server.key.empty();
  const CertifiedKey authority =
      MUSTER_TRY(ensure_authority(folder, identity.ca_file, first_start, now));
  if (is_current(server, authority, wanted, now)) return identity;

  const CertifiedKey issued = MUSTER_TRY(issue_server_certificate(authority, wanted, now));
  MUSTER_TRY(replace_file(identity.key_file, issued.key, true));
  MUSTER_TRY(
      replace_file(identity.certificate_file, issued.certificate + authority.certificate, false));
  identity.issued = true;
  return identity;
}

}  // namespace muster::http
