// The network that the device joins before anything else. Rules of AOSP ManagedProvisioning
// (WifiConfig, WifiInfo) and of Android's own limits for networks.
#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "enrollment/findings.h"

namespace muster::enrollment {
namespace {

constexpr std::array<std::string_view, 4> kSecurityTypes = {"NONE", "WPA", "WEP", "EAP"};
constexpr std::array<std::string_view, 7> kEapMethods = {"PEAP", "TLS", "TTLS",     "PWD",
                                                         "SIM",  "AKA", "AKA_PRIME"};
constexpr std::array<std::string_view, 8> kPhase2 = {"NONE", "PAP", "MSCHAP", "MSCHAPV2",
                                                     "GTC",  "SIM", "AKA",    "AKA_PRIME"};
constexpr std::size_t kMaxSsid = 32;  // octets, IEEE 802.11

bool one_of(std::string_view text, const auto& names) {
  return std::ranges::find(names, text) != std::ranges::end(names);
}

bool is_hex(std::string_view text) {
  return base::decode_hex(text).has_value() && text.find(':') == std::string_view::npos;
}

void check_without_ssid(const PayloadProfile& profile, Findings& findings) {
  for (const PayloadField& field : payload_fields()) {
    if (!field.key.starts_with("WIFI_") || !is_set(profile, field)) continue;
    findings.warning(field.setting, "is left out: without `wifi_ssid` Android ignores it.");
  }
}

void check_security(const PayloadProfile& profile, Findings& findings) {
  const bool has_password = profile.wifi_password.has_value();
  if (!profile.wifi_security_type) {
    if (has_password || profile.wifi_eap_method) {
      findings.error(
          "wifi_security_type",
          "is missing: the device takes the network for an open one. Set `WPA`, `WEP` or "
          "`EAP`.");
    }
    return;
  }
  const std::string& type = *profile.wifi_security_type;
  if (!one_of(type, kSecurityTypes)) {
    std::string message =
        "must be exactly `NONE`, `WPA`, `WEP` or `EAP`; the device takes anything "
        "else for an open network.";
    if (type == "WPA2" || type == "WPA3" || type == "SAE" || type == "PSK" || type == "WPA-PSK") {
      message += " Use `WPA` for networks with a passphrase.";
    }
    findings.error("wifi_security_type", message);
  }
  if (type == "WEP") {
    findings.warning("wifi_security_type",
                     "`WEP` protects nothing and new devices do not join it.");
  }
}

void check_password(const PayloadProfile& profile, Findings& findings) {
  const std::string type = profile.wifi_security_type.value_or("");
  if (!profile.wifi_password) {
    if (type == "WPA" || type == "WEP") {
      findings.error("wifi_password", "is missing for a network of type `" + type + "`.");
    }
    return;
  }
  const auto password = profile.wifi_password->reveal();
  const auto length = password.size();
  if (type == "NONE") findings.warning("wifi_password", "is not used by an open network.");
  if (type == "WPA") {
    const bool key = length == 64 && is_hex(password);
    if (!key && (length < 8 || length > 63)) {
      findings.error("wifi_password", "must be 8 to 63 characters, or 64 hex digits.");
    }
  }
  if (type == "WEP") {
    const bool text = length == 5 || length == 13 || length == 16;
    const bool hex =
        (length == 10 || length == 26 || length == 32 || length == 58) && is_hex(password);
    if (!text && !hex) {
      findings.error("wifi_password",
                     "must be 5, 13 or 16 characters, or 10, 26, 32 or 58 hex digits, for WEP.");
    }
  }
}

void check_proxy(const PayloadProfile& profile, Findings& findings) {
  const bool host = profile.wifi_proxy_host.has_value();
  const auto& port = profile.wifi_proxy_port;
  if (port && (*port < 1 || *port > 65535)) {
    findings.error("wifi_proxy_port", "must be 1 to 65535.");
  }
  if (host && !port) findings.error("wifi_proxy_port", "is missing for `wifi_proxy_host`.");
  if (!host && port) findings.warning("wifi_proxy_port", "is not used without `wifi_proxy_host`.");
  if (!host && profile.wifi_proxy_bypass) {
    findings.warning("wifi_proxy_bypass", "is not used without `wifi_proxy_host`.");
  }
  if (host && profile.wifi_proxy_host->find("://") != std::string::npos) {
    findings.error("wifi_proxy_host", "must be a host name or address, not a URL.");
  }
  if (!profile.wifi_pac_url) return;
  check_url("wifi_pac_url", *profile.wifi_pac_url, findings);
  if (host) findings.warning("wifi_pac_url", "is not used: `wifi_proxy_host` wins.");
}

void check_stray_eap(const PayloadProfile& profile, Findings& findings) {
  const auto stray = [&](std::string_view setting, bool set) {
    if (set) findings.warning(setting, "is used only with `wifi_security_type` `EAP`.");
  };
  stray("wifi_eap_method", profile.wifi_eap_method.has_value());
  stray("wifi_phase2_auth", profile.wifi_phase2_auth.has_value());
  stray("wifi_ca_certificate", profile.wifi_ca_certificate.has_value());
  stray("wifi_user_certificate", profile.wifi_user_certificate.has_value());
  stray("wifi_identity", profile.wifi_identity.has_value());
  stray("wifi_anonymous_identity", profile.wifi_anonymous_identity.has_value());
  stray("wifi_domain", profile.wifi_domain.has_value());
}

void check_phase2(const PayloadProfile& profile, bool tunnelled, Findings& findings) {
  if (!profile.wifi_phase2_auth) {
    if (tunnelled) {
      findings.warning("wifi_phase2_auth", "is not set: the device chooses inside the tunnel.");
    }
    return;
  }
  if (!one_of(*profile.wifi_phase2_auth, kPhase2)) {
    findings.error("wifi_phase2_auth",
                   "must be exactly `NONE`, `PAP`, `MSCHAP`, `MSCHAPV2`, `GTC`, `SIM`, `AKA` or "
                   "`AKA_PRIME`.");
  } else if (!tunnelled) {
    findings.warning("wifi_phase2_auth", "is used only with `PEAP` and `TTLS`.");
  }
}

void check_eap(const PayloadProfile& profile, Findings& findings) {
  if (!profile.wifi_eap_method) {
    findings.error("wifi_eap_method", "is missing for a network of type `EAP`.");
    return;
  }
  const std::string& method = *profile.wifi_eap_method;
  if (!one_of(method, kEapMethods)) {
    findings.error("wifi_eap_method",
                   "must be exactly `PEAP`, `TLS`, `TTLS`, `PWD`, `SIM`, `AKA` or `AKA_PRIME`.");
    return;
  }
  const bool tunnelled = method == "PEAP" || method == "TTLS";
  check_phase2(profile, tunnelled, findings);
  if ((tunnelled || method == "PWD") && (!profile.wifi_identity || !profile.wifi_password)) {
    findings.warning("wifi_identity", "and `wifi_password` are both needed for `" + method +
                                          "`; nobody is there "
                                          "to type them during provisioning.");
  }
  if (method == "TLS" && !profile.wifi_user_certificate) {
    findings.error("wifi_user_certificate", "is missing for EAP method `TLS`.");
  }
  if ((tunnelled || method == "TLS") && (!profile.wifi_ca_certificate || !profile.wifi_domain)) {
    findings.warning("wifi_ca_certificate",
                     "and `wifi_domain` together let the device tell the real network from a false "
                     "one; Android 11 and later may refuse to join without them.");
  }
}

}  // namespace

void check_wifi(const PayloadProfile& profile, Findings& findings) {
  if (!profile.wifi_ssid) {
    check_without_ssid(profile, findings);
    return;
  }
  // An empty one is found with all other empty texts.
  if (profile.wifi_ssid->size() > kMaxSsid) {
    findings.error("wifi_ssid", "is longer than 32 octets.");
  }
  check_security(profile, findings);
  check_password(profile, findings);
  check_proxy(profile, findings);
  if (profile.wifi_security_type == "EAP") {
    check_eap(profile, findings);
  } else {
    check_stray_eap(profile, findings);
  }
}

}  // namespace muster::enrollment
