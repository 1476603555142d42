#include "enrollment/provisioning.h"

#include <optional>
#include <utility>

#include "base/encoding.h"
#include "edm/json_write.h"
#include "enrollment/android_device_policy.h"
#include "enrollment/apk.h"
#include "enrollment/payload_files.h"

namespace muster::enrollment {
namespace {

using P = PayloadProfile;

base::Error refuse(const PayloadField& field, const std::string& reason) {
  const std::string setting(field.setting);
  return base::fail(base::ErrorCode::kConfiguration, "`" + setting + "` " + reason, setting);
}

void append_key(std::string& out, std::string_view prefix, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += prefix;
  out += name;
  out += "\":";
}

void append_extra(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  edm::append_json_string(out, name);
  out += ':';
  edm::append_json_string(out, value);
}

// The text that stands in the payload for a text setting.
base::Result<std::string> encoded(const PayloadField& field, std::string_view text) {
  if (field.encoding == FieldEncoding::kDigest) {
    auto digest = read_digest(text);
    if (!digest) return refuse(field, digest.error().message);
    return base::base64url(*digest);
  }
  if (field.encoding == FieldEncoding::kAsIs) {
    if (!base::is_utf8(text)) return refuse(field, "is not UTF-8.");
    return std::string(text);
  }
  auto octets = read_small_file(std::string(text));
  if (!octets) return refuse(field, octets.error().message);
  if (field.encoding == FieldEncoding::kOctets) return base::base64(*octets);
  const auto der = one_certificate(*octets);
  if (!der) return refuse(field, "must be a file with exactly one X.509 certificate, PEM or DER.");
  return base::base64(*der);
}

// Nothing for a setting that is unset or no text.
base::Result<std::string> encoded_setting(const PayloadProfile& profile, std::string_view setting) {
  const PayloadField* field = find_payload_field(setting);
  const auto text = text_of(profile, *field);
  if (text.empty()) return std::string();
  return encoded(*field, text);
}

base::Status append_field(std::string& out, const PayloadProfile& profile,
                          const PayloadField& field) {
  if (const auto* flag = std::get_if<std::optional<bool> P::*>(&field.member)) {
    append_key(out, kKeyPrefix, field.key);
    out += (profile.**flag).value() ? "true" : "false";
    return base::done();
  }
  if (const auto* number = std::get_if<std::optional<std::int64_t> P::*>(&field.member)) {
    append_key(out, kKeyPrefix, field.key);
    out += std::to_string((profile.**number).value());
    return base::done();
  }
  const auto value = MUSTER_TRY(encoded(field, text_of(profile, field)));
  append_key(out, kKeyPrefix, field.key);
  edm::append_json_string(out, value);
  return base::done();
}

// The members that the kind or the APK decides, filled in.
base::Result<PayloadProfile> completed(const PayloadProfile& given) {
  PayloadProfile profile = given;
  if (profile.kind == PayloadKind::kAndroidDevicePolicy) {
    namespace google = android_device_policy;
    profile.component = google::kComponent;
    profile.signature_checksum = google::kSignatureChecksum;
    profile.download_url = google::kDownloadUrl;
    profile.package_checksum.reset();
    return profile;
  }
  if (!profile.component) profile.component = kDefaultComponent;
  if (profile.apk_file && !profile.signature_checksum && !profile.package_checksum) {
    auto signer = MUSTER_TRY(apk_signer(*profile.apk_file));
    profile.signature_checksum = base::hex(signer.certificate_digest);
  }
  return profile;
}

base::Result<std::string> head_of(const PayloadProfile& profile) {
  std::string out = "{";
  for (const PayloadField& field : payload_fields()) {
    if (field.key.empty() || !is_set(profile, field)) continue;
    if (field.key.starts_with("WIFI_") && !profile.wifi_ssid) continue;
    MUSTER_TRY(append_field(out, profile, field));
  }
  append_key(out, kKeyPrefix, "ADMIN_EXTRAS_BUNDLE");
  out += '{';
  return out;
}

base::Result<std::string> tail_of(const PayloadProfile& profile) {
  std::string out;
  for (const auto& [name, value] : profile.extras) {
    if (!base::is_utf8(name) || !base::is_utf8(value)) {
      return base::fail(base::ErrorCode::kConfiguration, "`extras` holds text that is not UTF-8.",
                        "extras");
    }
    out += ',';
    edm::append_json_string(out, name);
    out += ':';
    edm::append_json_string(out, value);
  }
  out += "}}";
  return out;
}

}  // namespace

base::Result<PayloadTemplate> PayloadTemplate::create(const PayloadProfile& given) {
  const PayloadProfile profile = MUSTER_TRY(completed(given));
  PayloadTemplate made;
  made.head_ = MUSTER_TRY(head_of(profile));
  made.tail_ = MUSTER_TRY(tail_of(profile));
  if (profile.kind == PayloadKind::kAndroidDevicePolicy) {
    made.token_key_ = android_device_policy::kTokenExtra;
    return made;
  }
  auto prefix = MUSTER_TRY(encoded_setting(profile, "extras_prefix"));
  if (prefix.empty()) prefix = kDefaultExtrasPrefix;
  made.token_key_ = prefix + ".ENROLLMENT_TOKEN";
  made.est_key_ = prefix + ".EST_URL";
  made.ca_pin_key_ = prefix + ".CA_PIN";
  made.est_url_ = MUSTER_TRY(encoded_setting(profile, "est_url"));
  made.ca_pin_ = MUSTER_TRY(encoded_setting(profile, "ca_pin"));
  return made;
}

base::Result<std::string> PayloadTemplate::render(std::string_view token,
                                                  const PayloadContext& context) const {
  if (token.empty() || !base::is_utf8(token)) {
    return base::fail(base::ErrorCode::kBadRequest, "The token must be UTF-8 text, not empty.",
                      "tokenValue");
  }
  std::string out;
  out.reserve(head_.size() + tail_.size() + token.size() + 256);
  out += head_;
  if (!est_key_.empty()) {
    const std::string& url = est_url_.empty() ? context.est_url : est_url_;
    if (!url.empty()) append_extra(out, est_key_, url);
    // A pin belongs to the URL it was given with: the server's own is of no use for another EST.
    const std::string& pin = ca_pin_.empty() && est_url_.empty() ? context.ca_pin : ca_pin_;
    if (!pin.empty()) append_extra(out, ca_pin_key_, pin);
  }
  append_extra(out, token_key_, token);
  out += tail_;
  return out;
}

base::Result<std::string> payload(const PayloadProfile& profile, std::string_view token,
                                  const PayloadContext& context) {
  const auto made = MUSTER_TRY(PayloadTemplate::create(profile));
  return made.render(token, context);
}

}  // namespace muster::enrollment
