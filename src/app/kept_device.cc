#include "app/kept_device.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "http/durable_file.h"
#include "pki/certificate.h"

namespace muster::app {

base::Result<std::string> chain_to_keep(EstClient& client, const std::string& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (!fault) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  }
  if (fault) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "The folder '" + folder + "' cannot be made: " + fault.message() + ".",
                      "keep");
  }
  const EstReply reply = client.authority_certificates();
  if (reply.status != 200) {
    const std::string reason = reply.failure.empty() ? std::to_string(reply.status) : reply.failure;
    return base::fail(base::ErrorCode::kUnavailable,
                      "The authority's certificates cannot be had: " + reason + ".");
  }
  const std::string message = MUSTER_TRY(octets_of(reply.body));
  std::string chain;
  for (const std::string& certificate : MUSTER_TRY(pki::certificates_in(message))) {
    chain += pki::to_pem(certificate);
  }
  return chain;
}

base::Status keep_device(const std::string& folder, const std::string& name,
                         const DeviceIdentity& identity, const std::string& chain) {
  const std::string stem = folder + "/" + name;
  MUSTER_TRY(http::replace_file(stem + ".key.pem", identity.key.pem(), true));
  MUSTER_TRY(http::replace_file(stem + ".cert.pem", pki::to_pem(identity.certificate), false));
  return http::replace_file(stem + ".chain.pem", chain, false);
}

}  // namespace muster::app
