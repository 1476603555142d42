#include "enrollment/payload_profile.h"

#include <algorithm>
#include <array>
#include <utility>

namespace muster::enrollment {
namespace {

using P = PayloadProfile;
using K = FieldKind;
using E = FieldEncoding;

// clang-format off
constexpr std::array kFields = {
    PayloadField{"kind", K::kString, "", "", E::kAsIs, &P::kind,
     "`dpc` (own controller, enrols here) or `android-device-policy` (Google's, for imported tokens)."},
    PayloadField{"component", K::kString, "DEVICE_ADMIN_COMPONENT_NAME", "6.0", E::kAsIs, &P::component,
     "Admin receiver of the controller, `package/class` or `package/.Class`."},
    PayloadField{"signature_checksum", K::kString, "DEVICE_ADMIN_SIGNATURE_CHECKSUM", "6.0", E::kDigest, &P::signature_checksum,
     "SHA-256 of the certificate that signed the APK, in hex or base64; holds for every build."},
    PayloadField{"package_checksum", K::kString, "DEVICE_ADMIN_PACKAGE_CHECKSUM", "5.0", E::kDigest, &P::package_checksum,
     "SHA-256 of the APK file, in hex or base64; changes with every build."},
    PayloadField{"apk_file", K::kPath, "", "", E::kAsIs, &P::apk_file,
     "A copy of the APK: its signature checksum is computed, given checksums are compared with it."},
    PayloadField{"download_url", K::kString, "DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION", "5.0", E::kAsIs, &P::download_url,
     "Where the device fetches the APK; unset if the controller is part of the device's system."},
    PayloadField{"cookie_header", K::kSecret, "DEVICE_ADMIN_PACKAGE_DOWNLOAD_COOKIE_HEADER", "5.0", E::kAsIs, &P::cookie_header,
     "Sent as the `Cookie` header with the download."},
    PayloadField{"minimum_version_code", K::kInt, "DEVICE_ADMIN_MINIMUM_VERSION_CODE", "6.0", E::kAsIs, &P::minimum_version_code,
     "Skip the download if the device has the controller in this version or later."},
    PayloadField{"wifi_ssid", K::kString, "WIFI_SSID", "5.0", E::kAsIs, &P::wifi_ssid,
     "Network to join; without it no other `wifi_` setting counts."},
    PayloadField{"wifi_security_type", K::kString, "WIFI_SECURITY_TYPE", "5.0", E::kAsIs, &P::wifi_security_type,
     "Exactly `NONE`, `WPA` (also for WPA2), `WEP` or `EAP`."},
    PayloadField{"wifi_password", K::kSecret, "WIFI_PASSWORD", "5.0", E::kAsIs, &P::wifi_password,
     "Passphrase of the network, or password of the EAP identity; anyone who sees the code can read it."},
    PayloadField{"wifi_hidden", K::kBool, "WIFI_HIDDEN", "5.0", E::kAsIs, &P::wifi_hidden,
     "The network does not announce its name."},
    PayloadField{"wifi_proxy_host", K::kString, "WIFI_PROXY_HOST", "5.0", E::kAsIs, &P::wifi_proxy_host,
     "HTTP proxy of the network."},
    PayloadField{"wifi_proxy_port", K::kInt, "WIFI_PROXY_PORT", "5.0", E::kAsIs, &P::wifi_proxy_port,
     "Port of the proxy."},
    PayloadField{"wifi_proxy_bypass", K::kString, "WIFI_PROXY_BYPASS", "5.0", E::kAsIs, &P::wifi_proxy_bypass,
     "Hosts reached without the proxy, separated by commas."},
    PayloadField{"wifi_pac_url", K::kString, "WIFI_PAC_URL", "5.0", E::kAsIs, &P::wifi_pac_url,
     "Proxy auto-configuration file; `wifi_proxy_host` wins over it."},
    PayloadField{"wifi_eap_method", K::kString, "WIFI_EAP_METHOD", "10", E::kAsIs, &P::wifi_eap_method,
     "`PEAP`, `TLS`, `TTLS`, `PWD`, `SIM`, `AKA` or `AKA_PRIME`."},
    PayloadField{"wifi_phase2_auth", K::kString, "WIFI_PHASE2_AUTH", "10", E::kAsIs, &P::wifi_phase2_auth,
     "`NONE`, `PAP`, `MSCHAP`, `MSCHAPV2`, `GTC`, `SIM`, `AKA` or `AKA_PRIME`."},
    PayloadField{"wifi_ca_certificate", K::kPath, "WIFI_CA_CERTIFICATE", "10", E::kCertificate, &P::wifi_ca_certificate,
     "File with the one certificate (PEM or DER) that the network's server must chain to."},
    PayloadField{"wifi_user_certificate", K::kPath, "WIFI_USER_CERTIFICATE", "10", E::kOctets, &P::wifi_user_certificate,
     "PKCS#12 file with one key and an empty password; anyone who sees the code can read it."},
    PayloadField{"wifi_identity", K::kString, "WIFI_IDENTITY", "10", E::kAsIs, &P::wifi_identity,
     "EAP identity."},
    PayloadField{"wifi_anonymous_identity", K::kString, "WIFI_ANONYMOUS_IDENTITY", "10", E::kAsIs, &P::wifi_anonymous_identity,
     "EAP identity shown outside the tunnel."},
    PayloadField{"wifi_domain", K::kString, "WIFI_DOMAIN", "10", E::kAsIs, &P::wifi_domain,
     "Domain suffix that the network's server certificate must have."},
    PayloadField{"locale", K::kString, "LOCALE", "5.0", E::kAsIs, &P::locale,
     "Language of the device, such as `en_US`."},
    PayloadField{"time_zone", K::kString, "TIME_ZONE", "5.0", E::kAsIs, &P::time_zone,
     "Olson name, such as `Europe/Berlin`."},
    PayloadField{"leave_all_system_apps_enabled", K::kBool, "LEAVE_ALL_SYSTEM_APPS_ENABLED", "5.1", E::kAsIs, &P::leave_all_system_apps_enabled,
     "Keep system applications that provisioning would switch off."},
    PayloadField{"skip_encryption", K::kBool, "SKIP_ENCRYPTION", "6.0", E::kAsIs, &P::skip_encryption,
     "Do not ask for the device to be encrypted first."},
    PayloadField{"use_mobile_data", K::kBool, "USE_MOBILE_DATA", "9", E::kAsIs, &P::use_mobile_data,
     "Provision over the mobile network."},
    PayloadField{"sensors_permission_grant_opt_out", K::kBool, "SENSORS_PERMISSION_GRANT_OPT_OUT", "12", E::kAsIs, &P::sensors_permission_grant_opt_out,
     "The administrator gives up the right to grant sensor permissions."},
    PayloadField{"allow_offline", K::kBool, "ALLOW_OFFLINE", "13", E::kAsIs, &P::allow_offline,
     "Provision without internet; needed in closed networks, which Android 13 and later refuse else."},
    PayloadField{"organization_name", K::kString, "ORGANIZATION_NAME", "8.0", E::kAsIs, &P::organization_name,
     "Name of the organisation shown during provisioning."},
    PayloadField{"support_url", K::kString, "SUPPORT_URL", "8.0", E::kAsIs, &P::support_url,
     "Where the person at the device finds help."},
    PayloadField{"skip_education_screens", K::kBool, "SKIP_EDUCATION_SCREENS", "10", E::kAsIs, &P::skip_education_screens,
     "Leave out the explaining screens; Android ignores it after a QR code."},
    PayloadField{"est_url", K::kString, "", "", E::kAsIs, &P::est_url,
     "EST base URL for the controller, label included; unset: this server's own."},
    PayloadField{"ca_pin", K::kString, "", "", E::kDigest, &P::ca_pin,
     "SHA-256 of the SubjectPublicKeyInfo of the CA behind `est_url`, in hex or base64; unset: this server's own."},
    PayloadField{"extras_prefix", K::kString, "", "", E::kAsIs, &P::extras_prefix,
     "What the names of the extras `EST_URL`, `CA_PIN` and `ENROLLMENT_TOKEN` begin with; unset: `com.muster`."},
    PayloadField{"extras", K::kTexts, "", "", E::kAsIs, &P::extras,
     "Further extras for the controller: a flat table of texts."},
};
// clang-format on

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

base::Error wrong_type(const PayloadField& field) {
  const std::string setting(field.setting);
  return base::fail(base::ErrorCode::kConfiguration,
                    "`" + setting + "` must be a " + std::string(kind_name(field.kind)) + ".",
                    setting);
}

base::Status set_kind(PayloadProfile& profile, std::string_view text) {
  for (const auto kind : {PayloadKind::kDpc, PayloadKind::kAndroidDevicePolicy}) {
    if (text != kind_name(kind)) continue;
    profile.kind = kind;
    return base::done();
  }
  return base::fail(base::ErrorCode::kConfiguration,
                    "`kind` must be `dpc` or `android-device-policy`.", "kind");
}

}  // namespace

std::span<const PayloadField> payload_fields() {
  return kFields;
}

const PayloadField* find_payload_field(std::string_view setting) {
  const auto* found = std::ranges::find(kFields, setting, &PayloadField::setting);
  return found == kFields.end() ? nullptr : found;
}

std::string_view kind_name(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return "boolean";
    case FieldKind::kInt:
      return "whole number";
    case FieldKind::kPath:
      return "text (path of a file)";
    case FieldKind::kTexts:
      return "flat table of texts";
    case FieldKind::kString:
    case FieldKind::kSecret:
      break;
  }
  return "text";
}

std::string_view kind_name(PayloadKind kind) {
  return kind == PayloadKind::kDpc ? "dpc" : "android-device-policy";
}

base::Status set_field(PayloadProfile& profile, std::string_view setting, FieldValue value) {
  const PayloadField* field = find_payload_field(setting);
  if (field == nullptr) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "There is no setting `" + std::string(setting) + "` in a payload profile.",
                      std::string(setting));
  }
  const auto assign = [&]<typename Value>(auto member) -> base::Status {
    auto* given = std::get_if<Value>(&value);
    if (given == nullptr) return wrong_type(*field);
    if constexpr (std::is_same_v<decltype(member), std::optional<base::Secret> P::*>) {
      profile.*member = base::Secret(std::move(*given));
    } else if constexpr (std::is_same_v<decltype(member), PayloadKind P::*>) {
      return set_kind(profile, *given);
    } else {
      profile.*member = std::move(*given);
    }
    return base::done();
  };
  return std::visit(
      Overload{[&](std::optional<bool> P::*member) { return assign.operator()<bool>(member); },
               [&](std::optional<std::int64_t> P::*member) {
                 return assign.operator()<std::int64_t>(member);
               },
               [&](std::map<std::string, std::string> P::*member) {
                 return assign.operator()<std::map<std::string, std::string>>(member);
               },
               [&](auto member) { return assign.template operator()<std::string>(member); }},
      field->member);
}

std::string_view text_of(const PayloadProfile& profile, const PayloadField& field) {
  if (const auto* member = std::get_if<std::optional<std::string> P::*>(&field.member)) {
    const auto& text = profile.**member;
    return text ? std::string_view(*text) : std::string_view();
  }
  if (const auto* member = std::get_if<std::optional<base::Secret> P::*>(&field.member)) {
    const auto& secret = profile.**member;
    return secret ? secret->reveal() : std::string_view();
  }
  return {};
}

bool is_set(const PayloadProfile& profile, const PayloadField& field) {
  return std::visit(Overload{[](PayloadKind P::*) { return true; },
                             [&](std::map<std::string, std::string> P::*member) {
                               return !(profile.*member).empty();
                             },
                             [&](auto member) { return (profile.*member).has_value(); }},
                    field.member);
}

}  // namespace muster::enrollment
