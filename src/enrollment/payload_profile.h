// The settings of one provisioning payload: what the JSON object in the QR code says besides the
// token. Which setting exists, its type, the Android key it becomes and the release that first
// reads the key stand in one table, from which the settings reader, the documentation and the
// payload itself derive.
//
// Keys and releases: AOSP ManagedProvisioning, `android.app.extra.PROVISIONING_*` of
// DevicePolicyManager. PROVISIONING_LOCAL_TIME is left out on purpose: a printed code would set a
// past time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/secret.h"

namespace muster::enrollment {

// Who on the device takes the token.
enum class PayloadKind : std::uint8_t {
  kDpc,                  // `dpc`: a device policy controller that enrols here, over EST
  kAndroidDevicePolicy,  // `android-device-policy`: Google's, for imported tokens Google issued
};

// One named section of settings. An unset member means the key is left out, so that Android's own
// default holds. The default-made value is the built-in profile `default`: a DPC that is already on
// the device (an AOSP image), under the component name below. Its payload has no download location.
struct PayloadProfile {
  std::string name = "default";
  PayloadKind kind = PayloadKind::kDpc;

  std::optional<std::string> component;  // unset: kDefaultComponent
  std::optional<std::string> signature_checksum;
  std::optional<std::string> package_checksum;
  std::optional<std::string> apk_file;
  std::optional<std::string> download_url;
  std::optional<base::Secret> cookie_header;
  std::optional<std::int64_t> minimum_version_code;

  std::optional<std::string> wifi_ssid;
  std::optional<std::string> wifi_security_type;
  std::optional<base::Secret> wifi_password;
  std::optional<bool> wifi_hidden;
  std::optional<std::string> wifi_proxy_host;
  std::optional<std::int64_t> wifi_proxy_port;
  std::optional<std::string> wifi_proxy_bypass;
  std::optional<std::string> wifi_pac_url;
  std::optional<std::string> wifi_eap_method;
  std::optional<std::string> wifi_phase2_auth;
  std::optional<std::string> wifi_ca_certificate;
  std::optional<std::string> wifi_user_certificate;
  std::optional<std::string> wifi_identity;
  std::optional<std::string> wifi_anonymous_identity;
  std::optional<std::string> wifi_domain;

  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  std::optional<bool> leave_all_system_apps_enabled;
  std::optional<bool> skip_encryption;
  std::optional<bool> use_mobile_data;
  std::optional<bool> sensors_permission_grant_opt_out;
  std::optional<bool> allow_offline;
  std::optional<std::string> organization_name;
  std::optional<std::string> support_url;
  std::optional<bool> skip_education_screens;

  std::optional<std::string> est_url;
  std::optional<std::string> ca_pin;
  std::optional<std::string> extras_prefix;  // unset: kDefaultExtrasPrefix
  std::map<std::string, std::string> extras;
};

inline constexpr std::string_view kDefaultComponent = "com.muster.dpc/.AdminReceiver";
inline constexpr std::string_view kDefaultExtrasPrefix = "com.muster";
inline constexpr std::string_view kKeyPrefix = "android.app.extra.PROVISIONING_";

enum class FieldKind : std::uint8_t { kString, kBool, kInt, kPath, kSecret, kTexts };

// How a setting's value becomes the key's value.
enum class FieldEncoding : std::uint8_t {
  kAsIs,
  kDigest,       // 32 octets, read in any common spelling, written base64url without padding
  kCertificate,  // a file with one X.509 certificate, PEM or DER, written as base64 of the DER
  kOctets,       // a file, written as base64
};

using FieldMember =
    std::variant<PayloadKind PayloadProfile::*, std::optional<std::string> PayloadProfile::*,
                 std::optional<base::Secret> PayloadProfile::*,
                 std::optional<bool> PayloadProfile::*,
                 std::optional<std::int64_t> PayloadProfile::*,
                 std::map<std::string, std::string> PayloadProfile::*>;

struct PayloadField {
  std::string_view setting;
  FieldKind kind;
  std::string_view key;    // after kKeyPrefix; empty if the setting is no key of its own
  std::string_view since;  // first Android release that reads the key
  FieldEncoding encoding;
  FieldMember member;
  std::string_view sentence;
};

// In the order in which keys stand in the payload; ADMIN_EXTRAS_BUNDLE follows them all.
[[nodiscard]] std::span<const PayloadField> payload_fields();
[[nodiscard]] const PayloadField* find_payload_field(std::string_view setting);

[[nodiscard]] std::string_view kind_name(FieldKind kind);
[[nodiscard]] std::string_view kind_name(PayloadKind kind);

// A value as a settings file has it.
using FieldValue =
    std::variant<std::string, bool, std::int64_t, std::map<std::string, std::string>>;

// Sets a member by the name of its setting. kConfiguration, with the setting as target, if there is
// no such setting or the value is of another type; the value itself is not judged here
// (payload_check.h does that) except `kind`, which must be one of the two names.
[[nodiscard]] base::Status set_field(PayloadProfile& profile, std::string_view setting,
                                     FieldValue value);

// The member's text, of a string, path or secret that is set; empty otherwise. What it returns
// lives as long as the profile is unchanged.
[[nodiscard]] std::string_view text_of(const PayloadProfile& profile, const PayloadField& field);
[[nodiscard]] bool is_set(const PayloadProfile& profile, const PayloadField& field);

}  // namespace muster::enrollment
