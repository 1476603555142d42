#include "app/provisioning_source.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <utility>

#include <boost/json.hpp>

#include "app/qr_reader.h"
#include "app/text_file.h"
#include "base/encoding.h"

namespace muster::app {
namespace {

namespace json = boost::json;

constexpr std::string_view kBundle = "android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE";
constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kDigestSize = 32;

base::Error refuse(std::string message) {
  return base::fail(base::ErrorCode::kConfiguration, std::move(message), "profile");
}

// The text of the extra whose name ends so: what stands before is the installation's choice.
std::string extra(const json::object& bundle, std::string_view name) {
  for (const auto& [key, value] : bundle) {
    const std::string_view known = key;
    if (known.ends_with(name) && value.is_string()) return std::string(value.get_string());
  }
  return {};
}

base::Result<std::string> read_all(const std::string& source) {
  if (source == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
  }
  auto text = read_text_file(source);
  if (!text) return refuse("'" + source + "' cannot be read, and is no payload itself.");
  return *std::move(text);
}

base::Result<Provisioning> read_payload(const json::value& payload) {
  const json::value* bundle =
      payload.is_object() ? payload.get_object().if_contains(kBundle) : nullptr;
  if (bundle == nullptr || !bundle->is_object()) {
    return refuse("This is not the payload of a provisioning QR code: it has no " +
                  std::string(kBundle) + ".");
  }
  const json::object& extras = bundle->get_object();
  const std::string token = extra(extras, ".ENROLLMENT_TOKEN");
  Provisioning found{.est_url = extra(extras, ".EST_URL"), .ca_pin = {}, .tokens = {}};
  if (found.est_url.empty() || token.empty()) {
    return refuse(std::string("The payload has no ") +
                  (found.est_url.empty() ? "EST_URL" : "ENROLLMENT_TOKEN") +
                  ": a device could not enrol by it.");
  }
  found.tokens.emplace_back(token);
  if (const std::string pin = extra(extras, ".CA_PIN"); !pin.empty()) {
    const auto octets = base::decode_base64(pin);
    if (!octets || octets->size() != kDigestSize) {
      return refuse("The payload's CA_PIN is not a SHA-256 in base64url.");
    }
    found.ca_pin = *octets;
  }
  return found;
}

}  // namespace

base::Result<Provisioning> read_provisioning(std::string_view payloads) {
  json::error_code fault;
  if (json::value whole = json::parse(payloads, fault); !fault) return read_payload(whole);
  Provisioning all;
  while (!payloads.empty()) {
    const std::string_view line = payloads.substr(0, payloads.find('\n'));
    payloads.remove_prefix(std::min(payloads.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    json::value value = json::parse(line, fault);
    if (fault) value = nullptr;
    Provisioning one = MUSTER_TRY(read_payload(value));
    if (all.tokens.empty()) {
      all = std::move(one);
    } else if (one.est_url != all.est_url || one.ca_pin != all.ca_pin) {
      return refuse("The payloads lead to different places: take those of one tenant.");
    } else {
      all.tokens.push_back(std::move(one.tokens.front()));
    }
  }
  return all.tokens.empty() ? read_payload(nullptr) : base::Result<Provisioning>(std::move(all));
}

base::Result<Provisioning> find_provisioning(const std::string& source) {
  if (source.starts_with('{')) return read_provisioning(source);
  const std::string octets = MUSTER_TRY(read_all(source));
  if (!octets.starts_with(kPngSignature)) return read_provisioning(octets);
  const auto text = read_qr_code(octets);
  if (!text) return refuse("There is no QR code that can be read in '" + source + "'.");
  return read_provisioning(*text);
}

}  // namespace muster::app
