#include "enrollment/payload_check.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "enrollment/findings.h"

namespace muster::enrollment {
namespace {

const CheckOptions kOptions{{"https://m.example/.well-known/est/tenant", ""}, 20, "/nowhere"};

// A controller that is downloaded, without anything to find but the allow-list hint.
PayloadProfile good() {
  PayloadProfile profile;
  profile.component = "com.example.dpc/.AdminReceiver";
  profile.download_url = "https://downloads.example/dpc.apk";
  profile.signature_checksum = std::string(64, 'a');
  return profile;
}

PayloadProfile google() {
  PayloadProfile profile;
  profile.kind = PayloadKind::kAndroidDevicePolicy;
  return profile;
}

std::string text_of_findings(const PayloadProfile& profile) {
  std::string out;
  for (const Finding& finding : check(profile, kOptions)) {
    out += std::string(severity_name(finding.severity)) + " " + finding.setting + " " +
           finding.message + "\n";
  }
  return out;
}

struct Case {
  std::string name;
  std::function<void(PayloadProfile&)> change;
  std::string want;  // how the line of the finding begins; empty: nothing but the hint
  std::string says = {};
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

void wpa(PayloadProfile& p) {
  p.wifi_ssid = "Plant";
  p.wifi_security_type = "WPA";
  p.wifi_password = base::Secret("passphrase");
}
void eap(PayloadProfile& p, const std::string& method) {
  p.wifi_ssid = "Plant";
  p.wifi_security_type = "EAP";
  p.wifi_eap_method = method;
}

using P = PayloadProfile&;
const std::vector<Case> kCases = {
    {"Good", [](P) {}, ""},
    {"NoClass", [](P p) { p.component = "com.example.dpc"; }, "error component"},
    {"BareClass", [](P p) { p.component = "com.example.dpc/Receiver"; }, "error component"},
    {"BarePackage", [](P p) { p.component = "dpc/.Receiver"; }, "error component"},
    {"OddPackage", [](P p) { p.component = "com.1x.dpc/.Receiver"; }, "error component"},
    {"InnerClass", [](P p) { p.component = "com.example.dpc/com.example.A$B"; }, ""},
    {"DefaultComponent", [](P p) { p.component.reset(); }, "hint component"},
    {"EmptyComponent", [](P p) { p.component = ""; }, "error component is empty"},
    {"PlainHttp", [](P p) { p.download_url = "http://downloads.example/a"; },
     "warning download_url"},
    {"FileUrl", [](P p) { p.download_url = "file:///a.apk"; }, "error download_url"},
    {"BlankInUrl", [](P p) { p.download_url = "https://a.example/a b"; }, "error download_url"},
    {"NoHost", [](P p) { p.download_url = "https:///a.apk"; }, "error download_url"},
    {"NoChecksum", [](P p) { p.signature_checksum.reset(); }, "error download_url needs"},
    {"BothChecksums", [](P p) { p.package_checksum = std::string(64, 'b'); },
     "warning package_checksum", "only one that Android checks"},
    {"ChecksumWithoutUrl", [](P p) { p.download_url.reset(); }, "warning signature_checksum"},
    {"Sha1", [](P p) { p.signature_checksum = std::string(40, 'a'); }, "error signature_checksum",
     "SHA-1"},
    {"ShortHex", [](P p) { p.signature_checksum = std::string(62, 'a'); },
     "error signature_checksum", "31 octets"},
    {"NotADigest", [](P p) { p.package_checksum = "sha256!"; }, "error package_checksum"},
    // 33 octets with `?` and a line break, as PowerShell makes of 32 binary ones: 47 characters.
    {"PowerShell",
     [](P p) { p.signature_checksum = "Pz8/Pz8/Pz8/Pz8/Pz8/Pz8/Pz8/Pz8/Pz8/Pz8/Pw0KPw"; },
     "error signature_checksum", "PowerShell"},
    {"ApkMissing", [](P p) { p.apk_file = "/nowhere/a.apk"; }, "error apk_file"},
    {"VersionZero", [](P p) { p.minimum_version_code = 0; }, "error minimum_version_code"},
    {"VersionTooLarge", [](P p) { p.minimum_version_code = 2147483648; },
     "error minimum_version_code"},
    {"CookieBreak", [](P p) { p.cookie_header = base::Secret("a=b\r\nX: y"); },
     "error cookie_header"},
    {"CookieAlone",
     [](P p) {
       p = {};
       p.cookie_header = base::Secret("a=b");
     },
     "warning cookie_header"},

    {"Wpa", wpa, ""},
    {"NoSsid",
     [](P p) {
       wpa(p);
       p.wifi_ssid.reset();
     },
     "warning wifi_password is left out"},
    {"EmptySsid",
     [](P p) {
       wpa(p);
       p.wifi_ssid = "";
     },
     "error wifi_ssid is empty"},
    {"LongSsid",
     [](P p) {
       wpa(p);
       p.wifi_ssid = std::string(33, 's');
     },
     "error wifi_ssid"},
    {"Wpa2",
     [](P p) {
       wpa(p);
       p.wifi_security_type = "WPA2";
     },
     "error wifi_security_type", "Use `WPA`"},
    {"Sae",
     [](P p) {
       wpa(p);
       p.wifi_security_type = "SAE";
     },
     "error wifi_security_type"},
    {"LowerCase",
     [](P p) {
       wpa(p);
       p.wifi_security_type = "wpa";
     },
     "error wifi_security_type"},
    {"TypeMissing",
     [](P p) {
       wpa(p);
       p.wifi_security_type.reset();
     },
     "error wifi_security_type is missing"},
    {"PasswordMissing",
     [](P p) {
       wpa(p);
       p.wifi_password.reset();
     },
     "error wifi_password is missing"},
    {"ShortPassphrase",
     [](P p) {
       wpa(p);
       p.wifi_password = base::Secret("1234567");
     },
     "error wifi_password"},
    {"LongPassphrase",
     [](P p) {
       wpa(p);
       p.wifi_password = base::Secret(std::string(64, 'x'));
     },
     "error wifi_password"},
    {"RawKey",
     [](P p) {
       wpa(p);
       p.wifi_password = base::Secret(std::string(64, 'f'));
     },
     "warning payload"},
    {"OpenWithPassword",
     [](P p) {
       wpa(p);
       p.wifi_security_type = "NONE";
     },
     "warning wifi_password"},
    {"Wep",
     [](P p) {
       wpa(p);
       p.wifi_security_type = "WEP";
       p.wifi_password = base::Secret("12345");
     },
     "warning wifi_security_type"},
    {"WepLength",
     [](P p) {
       wpa(p);
       p.wifi_security_type = "WEP";
     },
     "error wifi_password"},
    {"ProxyWithoutPort",
     [](P p) {
       wpa(p);
       p.wifi_proxy_host = "proxy.example";
     },
     "error wifi_proxy_port"},
    {"ProxyUrl",
     [](P p) {
       wpa(p);
       p.wifi_proxy_host = "http://proxy.example";
       p.wifi_proxy_port = 8080;
     },
     "error wifi_proxy_host"},
    {"ProxyPort",
     [](P p) {
       wpa(p);
       p.wifi_proxy_host = "proxy.example";
       p.wifi_proxy_port = 65536;
     },
     "error wifi_proxy_port"},
    {"ProxyAndPac",
     [](P p) {
       wpa(p);
       p.wifi_proxy_host = "proxy.example";
       p.wifi_proxy_port = 8080;
       p.wifi_pac_url = "https://proxy.example/a.pac";
     },
     "warning wifi_pac_url"},
    {"BypassAlone",
     [](P p) {
       wpa(p);
       p.wifi_proxy_bypass = "*.example";
     },
     "warning wifi_proxy_bypass"},
    {"EapWithoutMethod",
     [](P p) {
       eap(p, "PEAP");
       p.wifi_eap_method.reset();
     },
     "error wifi_eap_method is missing"},
    {"EapMethod", [](P p) { eap(p, "LEAP"); }, "error wifi_eap_method"},
    {"EapPhase2",
     [](P p) {
       eap(p, "PEAP");
       p.wifi_phase2_auth = "MSCHAPv2";
     },
     "error wifi_phase2_auth"},
    {"EapTlsWithoutCertificate", [](P p) { eap(p, "TLS"); }, "error wifi_user_certificate"},
    {"EapWithoutIdentity", [](P p) { eap(p, "PEAP"); }, "warning wifi_identity"},
    {"EapWithoutCa", [](P p) { eap(p, "TTLS"); }, "warning wifi_ca_certificate"},
    {"StrayEap",
     [](P p) {
       wpa(p);
       p.wifi_identity = "user";
     },
     "warning wifi_identity is used only"},

    {"Locale", [](P p) { p.locale = "en_US"; }, ""},
    {"OddLocale", [](P p) { p.locale = "english (US)"; }, "error locale"},
    {"Zone", [](P p) { p.time_zone = "America/Argentina/Buenos_Aires"; }, ""},
    {"OddZone", [](P p) { p.time_zone = "../../etc/passwd"; }, "error time_zone"},
    {"OffsetZone", [](P p) { p.time_zone = "+02:00"; }, "error time_zone"},
    {"SupportUrl", [](P p) { p.support_url = "call us"; }, "error support_url"},
    {"Education", [](P p) { p.skip_education_screens = true; }, "hint skip_education_screens"},

    {"EstHttp",
     [](P p) {
       p.est_url = "http://est.example/";
       p.ca_pin = std::string(64, 'a');
     },
     "error est_url"},
    {"EstWithoutPin", [](P p) { p.est_url = "https://est.example/"; }, "warning ca_pin"},
    {"PinForm", [](P p) { p.ca_pin = "abc"; }, "error ca_pin"},
    {"OwnExtra", [](P p) { p.extras["com.muster.ENROLLMENT_TOKEN"] = "x"; },
     "error extras.com.muster.ENROLLMENT_TOKEN"},
    {"MisplacedKey", [](P p) { p.extras["android.app.extra.PROVISIONING_LOCALE"] = "en"; },
     "error extras.android.app.extra.PROVISIONING_LOCALE"},
    {"NestedExtra", [](P p) { p.extras["site"] = "{\"a\":1}"; }, "warning extras.site"},
    {"NamelessExtra", [](P p) { p.extras[""] = "x"; }, "error extras has an entry"},
    {"PrivateHost", [](P p) { p.download_url = "https://192.168.1.5/dpc.apk"; },
     "hint allow_offline"},
    {"PrivateHostAllowed",
     [](P p) {
       p.download_url = "https://192.168.1.5/dpc.apk";
       p.allow_offline = true;
     },
     ""},
    {"NotUtf8", [](P p) { p.organization_name = "\xff"; }, "error organization_name"},
    {"Dense", [](P p) { p.extras["note"] = std::string(200, 'x'); }, "warning payload",
     "version 2"},
    {"TooDense", [](P p) { p.extras["note"] = std::string(900, 'x'); }, "error payload",
     "Shorten `extras`"},
    {"FitsNoCode", [](P p) { p.extras["note"] = std::string(3000, 'x'); }, "error payload",
     "fits no QR code"},

    {"Google", [](P p) { p = google(); }, "hint kind"},
    {"GoogleWithComponent", [](P p) { p.kind = PayloadKind::kAndroidDevicePolicy; },
     "error component"},
    {"GoogleWithEst",
     [](P p) {
       p = google();
       p.est_url = "https://est.example/";
     },
     "warning est_url"},
    {"GoogleToken",
     [](P p) {
       p = google();
       p.extras["com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN"] = "x";
     },
     "error extras.com.google"},
};

class PayloadCheck : public ::testing::TestWithParam<Case> {};

TEST_P(PayloadCheck, Finds) {
  const Case& c = GetParam();
  PayloadProfile profile = good();
  c.change(profile);
  const std::string findings = text_of_findings(profile);
  if (c.want.empty()) {
    EXPECT_THAT(findings, ::testing::StartsWith("hint download_url Phones with Google"));
    EXPECT_EQ(std::ranges::count(findings, '\n'), 1) << findings;
    return;
  }
  EXPECT_THAT("\n" + findings, ::testing::HasSubstr("\n" + c.want));
  EXPECT_THAT(findings, ::testing::HasSubstr(c.says));
  EXPECT_EQ(has_error(check(profile, kOptions)), findings.find("error ") != std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, PayloadCheck, ::testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(PayloadCheckFindings, NeverHoldASecret) {
  PayloadProfile profile = good();
  wpa(profile);
  profile.wifi_password = base::Secret("canary7");
  profile.cookie_header = base::Secret("session=canary7\n");
  EXPECT_EQ(text_of_findings(profile).find("canary"), std::string::npos);
}

TEST(PayloadCheckFindings, ATimeZoneIsLookedUpWhereThereIsData) {
  const auto folder = std::filesystem::temp_directory_path() / ("zones_" + base::random_uuid());
  std::filesystem::create_directories(folder / "Europe" / "Berlin");
  PayloadProfile profile = good();
  profile.time_zone = "Europe/Berlin";  // a directory here, so no zone
  CheckOptions options = kOptions;
  options.zoneinfo = folder;
  EXPECT_EQ(check(profile, options).back().setting, "time_zone");
  EXPECT_EQ(check(profile, options).back().severity, Severity::kWarning);
  std::filesystem::remove_all(folder);
}

TEST(PayloadCheckFindings, ALongTokenMakesThePayloadDense) {
  CheckOptions options = kOptions;
  options.token_length = 1500;
  const auto findings = check(good(), options);
  EXPECT_TRUE(has_error(findings));
  EXPECT_EQ(findings.back().setting, "payload");
}

TEST(LocaleForm, FollowsTheGrammarOfLanguageTags) {
  for (const char* text :
       {"en", "en_US", "en-US", "zh_Hant_TW", "sr-Latn-RS", "es-419", "sl-nedis", "en-cmn",
        "de-CH-1901", "zh-yue-HK", "de-DE-u-co-phonebk", "en-x-a-b", "haw"}) {
    EXPECT_TRUE(is_well_formed_locale(text)) << text;
  }
  for (const char* text : {"", "e", "en_", "_US", "en__US", "en US", "en_US.UTF-8", "en-u", "en-x",
                           "english-langs-x", "123", "en-US-US"}) {
    EXPECT_FALSE(is_well_formed_locale(text)) << text;
  }
}

TEST(ZoneForm, IsOneToThreeParts) {
  for (const char* text : {"UTC", "Europe/Berlin", "Etc/GMT+2", "America/Port-au-Prince"}) {
    EXPECT_TRUE(is_zone_name(text)) << text;
  }
  for (const char* text : {"", "/UTC", "UTC/", "a//b", "a/b/c/d", "Europe/Ber lin", "../UTC"}) {
    EXPECT_FALSE(is_zone_name(text)) << text;
  }
}

TEST(PrivateHosts, AreThoseThePublicInternetCannotReach) {
  for (const char* url : {"https://10.0.0.1/a", "http://172.16.0.1:8443", "https://user@host/",
                          "https://MDM.local", "https://[fd00::1]:8443/x", "https://localhost:1"}) {
    EXPECT_TRUE(is_private_host(host_of(url))) << url;
  }
  for (const char* url : {"https://example.com", "https://172.32.0.1", "https://172.160.0.1",
                          "https://[2001:db8::1]/", "", "text"}) {
    EXPECT_FALSE(is_private_host(host_of(url))) << url;
  }
}

}  // namespace
}  // namespace muster::enrollment
