#include "enrollment/payload_check.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "enrollment/android_device_policy.h"
#include "enrollment/findings.h"
#include "enrollment/payload_files.h"
#include "enrollment/qr_tables.h"

namespace muster::enrollment {
namespace {

// Texts that are set but empty, or that hold what JSON or a screen cannot show.
void check_texts(const PayloadProfile& profile, Findings& findings) {
  for (const PayloadField& field : payload_fields()) {
    const bool text = field.kind == FieldKind::kString || field.kind == FieldKind::kPath ||
                      field.kind == FieldKind::kSecret;
    if (!text || field.setting == "kind" || !is_set(profile, field)) continue;
    const auto value = text_of(profile, field);
    if (value.empty()) {
      findings.error(field.setting, "is empty; leave it out instead.");
    } else if (!base::is_utf8(value)) {
      findings.error(field.setting, "is not UTF-8.");
    }
  }
}

void check_enrolment(const PayloadProfile& profile, Findings& findings) {
  if (profile.support_url) check_url("support_url", *profile.support_url, findings);
  if (profile.skip_education_screens) {
    findings.hint("skip_education_screens", "is ignored by Android after a QR code.");
  }
  if (profile.kind == PayloadKind::kAndroidDevicePolicy) return;
  if (profile.ca_pin) {
    if (const auto read = read_digest(*profile.ca_pin); !read) {
      findings.error("ca_pin", read.error().message);
    }
  }
  if (!profile.est_url) return;
  if (!profile.est_url->starts_with("https://")) {
    findings.error("est_url", "must begin with `https://`: EST has no other way (RFC 7030 §3.2).");
  } else {
    check_url("est_url", *profile.est_url, findings);
  }
  if (!profile.ca_pin) {
    findings.warning("ca_pin",
                     "is not set with `est_url`: the device can pin no CA and must trust "
                     "its system's.");
  }
}

// The names that the payload itself puts among the extras.
bool is_own_extra(const PayloadProfile& profile, std::string_view name) {
  if (profile.kind == PayloadKind::kAndroidDevicePolicy) {
    return name == android_device_policy::kTokenExtra;
  }
  const std::string prefix = profile.extras_prefix.value_or(std::string(kDefaultExtrasPrefix));
  if (!name.starts_with(prefix)) return false;
  const auto rest = name.substr(prefix.size());
  return rest == ".EST_URL" || rest == ".CA_PIN" || rest == ".ENROLLMENT_TOKEN";
}

void check_extras(const PayloadProfile& profile, Findings& findings) {
  for (const auto& [name, value] : profile.extras) {
    const std::string setting = "extras." + name;
    if (name.empty()) findings.error("extras", "has an entry without a name.");
    if (!base::is_utf8(name) || !base::is_utf8(value)) {
      findings.error("extras", "holds text that is not UTF-8.");
    } else if (is_own_extra(profile, name)) {
      findings.error(setting, "is written by the server itself; leave it out.");
    } else if (name.starts_with(kKeyPrefix)) {
      findings.error(setting,
                     "is a key of provisioning, not an extra of the controller: Android "
                     "does not look for it here. Use the setting of its name.");
    } else if (value.starts_with('{') || value.starts_with('[')) {
      findings.warning(setting,
                       "looks like JSON; the controller gets it as one text. Extras are "
                       "flat.");
    }
  }
}

// Android 13 and later want internet for company-owned provisioning unless told otherwise.
void check_closed_network(const PayloadProfile& profile, const CheckOptions& options,
                          Findings& findings) {
  if (profile.allow_offline) return;
  const auto closed = [](const std::string& url) { return is_private_host(host_of(url)); };
  if (closed(profile.download_url.value_or("")) ||
      closed(profile.est_url.value_or(options.context.est_url))) {
    findings.hint("allow_offline",
                  "is not set and an address of the payload is a private one: Android 13 and later "
                  "refuse to provision without internet unless it is true.");
  }
}

std::optional<int> version_for(std::size_t octets) {
  for (int version = qr::kMinVersion; version <= qr::kMaxVersion; ++version) {
    const int capacity = qr::byte_capacity(version, ErrorCorrection::kMedium);
    if (octets <= static_cast<std::size_t>(capacity)) return version;
  }
  return std::nullopt;
}

// The longest texts, which are what to shorten.
std::string longest_settings(const PayloadProfile& profile) {
  std::vector<std::pair<std::size_t, std::string_view>> sizes;
  for (const PayloadField& field : payload_fields()) {
    const auto size = text_of(profile, field).size();
    if (size > 0 && field.setting != "apk_file") sizes.emplace_back(size, field.setting);
  }
  std::size_t extras = 0;
  for (const auto& [name, value] : profile.extras) extras += name.size() + value.size() + 6;
  if (extras > 0) sizes.emplace_back(extras, "extras");
  std::ranges::sort(sizes, std::ranges::greater());
  std::string names;
  for (std::size_t i = 0; i < sizes.size() && i < 3; ++i) {
    names += (names.empty() ? "`" : ", `") + std::string(sizes[i].second) + "`";
  }
  return names.empty() ? "the settings" : names;
}

void check_density(const PayloadProfile& profile, const CheckOptions& options, Findings& findings) {
  const std::string token(std::max<std::size_t>(options.token_length, 1), 'A');
  const auto text = payload(profile, token, options.context);
  if (!text) {
    findings.error(text.error().target, text.error().message);
    return;
  }
  const auto version = version_for(text->size());
  const std::string size = "The payload of " + std::to_string(text->size()) + " octets ";
  if (!version) {
    findings.error("payload", size + "fits no QR code. Shorten " + longest_settings(profile) + ".");
    return;
  }
  const std::string needs = size + "needs a QR code of version " + std::to_string(*version);
  if (*version > kMaxPayloadVersion) {
    findings.error("payload", needs + "; more than " + std::to_string(kMaxPayloadVersion) +
                                  " is refused because cameras fail at it. Shorten " +
                                  longest_settings(profile) + ".");
  } else if (*version > kDenseVersion) {
    findings.warning("payload", needs + ", which is dense: print it large, or shorten " +
                                    longest_settings(profile) + ".");
  }
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kHint:
      break;
  }
  return "hint";
}

bool has_error(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& f) { return f.severity == Severity::kError; });
}

std::vector<Finding> check(const PayloadProfile& profile, const CheckOptions& options) {
  Findings findings;
  check_texts(profile, findings);
  check_controller(profile, findings);
  check_wifi(profile, findings);
  check_region(profile, options.zoneinfo, findings);
  check_enrolment(profile, findings);
  check_extras(profile, findings);
  check_closed_network(profile, options, findings);
  if (!has_error(findings.list())) check_density(profile, options, findings);
  return std::move(findings.list());
}

}  // namespace muster::enrollment
