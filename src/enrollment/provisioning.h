// The provisioning payload: the JSON object in the QR code that a factory-fresh device reads
// (Android 7.0 and later, six taps on the first screen).
//
// One object, no blanks, real JSON booleans and numbers: Android ignores or refuses a value of the
// wrong type. Keys stand in the order of payload_fields() (payload_profile.h), each left out when
// its setting is unset; ADMIN_EXTRAS_BUNDLE comes last. No Wi-Fi key without an SSID.
//
// Extras of kind `dpc`, all texts, in this order, under the profile's prefix:
//   <prefix>.EST_URL           where to enrol (RFC 7030), the label is part of the URL
//   <prefix>.CA_PIN            SHA-256 of that CA's SubjectPublicKeyInfo, base64url
//   <prefix>.ENROLLMENT_TOKEN  the token, given as the password of HTTP Basic or as a bearer
//   then the profile's own extras by name.
// Extras of kind `android-device-policy`: EXTRA_ENROLLMENT_TOKEN under Google's name, then the
// profile's own; component, checksum and download location are Google's.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "enrollment/payload_profile.h"

namespace muster::enrollment {

// What the server knows and the profile need not say. The profile's own `est_url` and `ca_pin` win.
// Empty: the extra is left out.
struct PayloadContext {
  std::string est_url;
  std::string ca_pin;  // base64url of 32 octets
};

// The payload of one profile with everything done that does not depend on the token, files read
// included. Immutable; any thread may use it. Its text can hold secrets (Wi-Fi password, cookie).
class PayloadTemplate {
 public:
  // Reads the profile's files. kConfiguration, with the setting as target, for what cannot be
  // written at all: an unreadable file, a digest that is none, text that is not UTF-8. Everything
  // else that a device would refuse is payload_check.h's to find.
  [[nodiscard]] static base::Result<PayloadTemplate> create(const PayloadProfile& profile);

  // kBadRequest if the token is empty or not UTF-8.
  [[nodiscard]] base::Result<std::string> render(std::string_view token,
                                                 const PayloadContext& context) const;

 private:
  PayloadTemplate() = default;
  std::string head_;        // up to and including the brace that opens the extras
  std::string token_key_;   // in full
  std::string est_key_;     // in full; empty for android-device-policy, which has no such extras
  std::string ca_pin_key_;  // in full
  std::string est_url_;     // from the profile
  std::string ca_pin_;      // from the profile, base64url
  std::string tail_;        // the profile's extras and the closing braces
};

// PayloadTemplate::create and render in one, for a single payload.
[[nodiscard]] base::Result<std::string> payload(const PayloadProfile& profile,
                                                std::string_view token,
                                                const PayloadContext& context);

}  // namespace muster::enrollment
