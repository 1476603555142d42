#include "app/attestation_revocations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "auth/strict_json.h"
#include "base/encoding.h"
#include "http/durable_file.h"

namespace muster::app {
namespace {

base::Error wrong(std::string_view what) {
  return base::fail(
      base::ErrorCode::kConfiguration,
      "The list of revoked attestation keys is malformed: " + std::string(what) + ".");
}

// As pki::AttestationRevocations wants it.
std::optional<std::string> serial_number(std::string_view text) {
  std::string digits = base::ascii_lower(text);
  if (digits.empty() || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

}  // namespace

base::Result<RevocationsPtr> parse_attestation_revocations(std::string_view json) {
  const auto list = auth::parse_object(json);
  if (!list) return wrong("it is no JSON object, or one with a member twice");
  const auto* entries = list->if_contains("entries");
  if (entries == nullptr || !entries->is_object()) return wrong("there is no object 'entries'");
  auto revocations = std::make_shared<pki::AttestationRevocations>();
  for (const auto& [key, entry] : entries->get_object()) {
    auto serial = serial_number({key.data(), key.size()});
    if (!serial) return wrong("'" + std::string(key) + "' is no serial number in hex");
    const auto status = entry.is_object() ? auth::string_member(entry.get_object(), "status")
                                          : std::optional<std::string_view>();
    if (!status) return wrong("the entry '" + std::string(key) + "' has no status");
    if (*status == "REVOKED") revocations->revoked.insert(std::move(*serial));
  }
  return RevocationsPtr(std::move(revocations));
}

base::Result<RevocationsPtr> read_attestation_revocations(const std::string& path) {
  const std::string json = MUSTER_TRY(http::read_file_if_any(path));
  if (json.empty()) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "The file '" + path + "' is not there or empty.", path);
  }
  auto revocations = parse_attestation_revocations(json);
  if (revocations) return revocations;
  base::Error error = std::move(revocations).error();
  error.message = path + ": " + error.message;
  error.target = path;
  return error;
}

}  // namespace muster::app
