#include "app/attestation_revocations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "auth/key_fetcher.h"
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

std::string copy_of(const std::string& data) {
  return data + "/attestation-revocations.json";
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

bool is_revocation_url(std::string_view where) {
  return auth::is_fetchable(where);
}

base::Result<RevocationsPtr> load_attestation_revocations(const std::string& where,
                                                          const std::string& data) {
  if (!is_revocation_url(where)) return read_attestation_revocations(where);
  const std::string copy = copy_of(data);
  if (!MUSTER_TRY(http::read_file_if_any(copy)).empty()) return read_attestation_revocations(copy);
  pki::AttestationRevocations unknown;
  unknown.known = false;
  return std::make_shared<const pki::AttestationRevocations>(std::move(unknown));
}

base::Status fetch_attestation_revocations(const std::string& url, const std::string& data) {
  constexpr auth::KeyFetcher::Limits kLimits{.timeout = std::chrono::seconds(10),
                                             .octets = 16UL * 1024 * 1024};
  static const std::atomic<bool> kGoOn{false};
  const std::string json = MUSTER_TRY(auth::KeyFetcher(kLimits, kGoOn).get(url, {}));
  MUSTER_TRY(parse_attestation_revocations(json));
  return http::replace_file(copy_of(data), json, false);
}

}  // namespace muster::app
