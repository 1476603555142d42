// Which controller the device takes and how it gets and judges it.
#include <algorithm>

#include "base/encoding.h"
#include "enrollment/apk.h"
#include "enrollment/findings.h"
#include "enrollment/payload_files.h"

namespace muster::enrollment {
namespace {

bool is_identifier(std::string_view text, bool dollar) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::ranges::all_of(text, [dollar](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (dollar && c == '$');
  });
}

// Identifiers joined by dots, at least `least` of them.
bool is_dotted(std::string_view text, std::size_t least, bool dollar) {
  std::size_t parts = 0;
  while (true) {
    const auto dot = text.find('.');
    if (!is_identifier(text.substr(0, dot), dollar)) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts >= least;
    text.remove_prefix(dot + 1);
  }
}

// A digest that is given is compared with the file that it should belong to.
void compare(std::string_view setting, const std::string& given,
             const base::Result<std::string>& actual, std::string_view hint, Findings& findings) {
  const auto digest = read_digest(given);
  if (!digest) return;  // already found
  if (!actual) {
    findings.error("apk_file", actual.error().message);
  } else if (*digest != *actual) {
    findings.error(setting, "is not that of `apk_file`, which has " + base::base64url(*actual) +
                                "; " + std::string(hint));
  }
}

base::Result<std::string> certificate_digest(const std::string& file) {
  auto signer = MUSTER_TRY(apk_signer(file));
  return signer.certificate_digest;
}

void check_checksums(const PayloadProfile& profile, Findings& findings) {
  const auto digest = [&](std::string_view setting, const std::optional<std::string>& text) {
    if (!text) return;
    if (const auto read = read_digest(*text); !read) findings.error(setting, read.error().message);
  };
  digest("signature_checksum", profile.signature_checksum);
  digest("package_checksum", profile.package_checksum);
  if (profile.signature_checksum && profile.package_checksum) {
    findings.warning("package_checksum",
                     "is the only one that Android checks when `signature_checksum` is given too: "
                     "the next build of the APK will be refused. Give one of them.");
  }
  if (!profile.apk_file) return;
  if (profile.package_checksum) {
    compare("package_checksum", *profile.package_checksum, apk_package_digest(*profile.apk_file),
            "the checksum of an older build?", findings);
  }
  if (profile.signature_checksum) {
    compare("signature_checksum", *profile.signature_checksum,
            certificate_digest(*profile.apk_file), "signed with another key?", findings);
  } else if (!profile.package_checksum) {
    const auto signer = apk_signer(*profile.apk_file);
    if (!signer) findings.error("apk_file", signer.error().message);
  }
}

void check_download(const PayloadProfile& profile, Findings& findings) {
  const bool verified =
      profile.signature_checksum || profile.package_checksum || profile.apk_file.has_value();
  if (!profile.download_url) {
    if (verified) {
      findings.warning("signature_checksum",
                       "and its like are not looked at without `download_url`.");
    }
    if (profile.cookie_header) {
      findings.warning("cookie_header", "is not used without `download_url`.");
    }
    return;
  }
  check_url("download_url", *profile.download_url, findings);
  if (!verified) {
    findings.error("download_url",
                   "needs `signature_checksum`, `package_checksum` or `apk_file`: Android refuses "
                   "an APK that it cannot check.");
  }
  findings.hint(
      "download_url",
      "Phones with Google services install only controllers on Google's allow-list during "
      "provisioning; devices without Google services install any.");
}

void check_details(const PayloadProfile& profile, Findings& findings) {
  if (profile.minimum_version_code &&
      (*profile.minimum_version_code < 1 || *profile.minimum_version_code > 2147483647)) {
    findings.error("minimum_version_code", "must be 1 to 2147483647.");
  }
  if (!profile.cookie_header) return;
  const auto cookie = profile.cookie_header->reveal();
  if (std::ranges::any_of(cookie, [](char c) { return c == '\r' || c == '\n' || c == '\0'; })) {
    findings.error("cookie_header", "holds a line break, which no header can.");
  }
}

void check_google(const PayloadProfile& profile, Findings& findings) {
  const auto refuse = [&](std::string_view setting, bool set) {
    if (set) findings.error(setting, "is Google's in kind `android-device-policy`; leave it out.");
  };
  refuse("component", profile.component.has_value());
  refuse("signature_checksum", profile.signature_checksum.has_value());
  refuse("package_checksum", profile.package_checksum.has_value());
  refuse("apk_file", profile.apk_file.has_value());
  refuse("download_url", profile.download_url.has_value());
  refuse("cookie_header", profile.cookie_header.has_value());
  const auto unused = [&](std::string_view setting, bool set) {
    if (set) findings.warning(setting, "is not used in kind `android-device-policy`.");
  };
  unused("est_url", profile.est_url.has_value());
  unused("ca_pin", profile.ca_pin.has_value());
  unused("extras_prefix", profile.extras_prefix.has_value());
  findings.hint("kind",
                "Android Device Policy takes only tokens that Google issued: use this profile for "
                "imported ones. Tokens issued here do not enrol with it.");
}

}  // namespace

bool is_component_name(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_dotted(text.substr(0, slash), 2, false)) return false;
  std::string_view name = text.substr(slash + 1);
  // A class without any dot is taken literally, outside every package.
  if (name.starts_with('.')) return is_dotted(name.substr(1), 1, true);
  return is_dotted(name, 2, true);
}

void check_controller(const PayloadProfile& profile, Findings& findings) {
  if (profile.kind == PayloadKind::kAndroidDevicePolicy) {
    check_google(profile, findings);
    check_details(profile, findings);
    return;
  }
  if (!profile.component) {
    findings.hint("component", "is not set, so " + std::string(kDefaultComponent) +
                                   " is named: set it to the controller on your devices.");
  } else if (!is_component_name(*profile.component)) {
    findings.error("component",
                   "must be `package/class` or `package/.Class`, such as "
                   "`com.example.dpc/.AdminReceiver`.");
  }
  check_checksums(profile, findings);
  check_download(profile, findings);
  check_details(profile, findings);
}

}  // namespace muster::enrollment
