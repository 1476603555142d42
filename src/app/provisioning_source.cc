#include "app/provisioning_source.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include <boost/json.hpp>

#include "app/qr_reader.h"
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
  std::ifstream in(source, std::ios::binary);
  if (!in) return refuse("'" + source + "' cannot be read, and is no payload itself.");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

base::Result<Provisioning> read_provisioning(std::string_view payload) {
  json::error_code fault;
  const json::value value = json::parse(payload, fault);
  const json::value* bundle =
      !fault && value.is_object() ? value.get_object().if_contains(kBundle) : nullptr;
  if (bundle == nullptr || !bundle->is_object()) {
    return refuse("This is not the payload of a provisioning QR code: it has no " +
                  std::string(kBundle) + ".");
  }
  const json::object& extras = bundle->get_object();
  Provisioning found{.est_url = extra(extras, ".EST_URL"),
                     .ca_pin = {},
                     .token = base::Secret(extra(extras, ".ENROLLMENT_TOKEN"))};
  if (found.est_url.empty() || found.token.empty()) {
    return refuse(std::string("The payload has no ") +
                  (found.est_url.empty() ? "EST_URL" : "ENROLLMENT_TOKEN") +
                  ": a device could not enrol by it.");
  }
  if (const std::string pin = extra(extras, ".CA_PIN"); !pin.empty()) {
    const auto octets = base::decode_base64(pin);
    if (!octets || octets->size() != kDigestSize) {
      return refuse("The payload's CA_PIN is not a SHA-256 in base64url.");
    }
    found.ca_pin = *octets;
  }
  return found;
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
