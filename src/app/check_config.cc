#include "app/check_config.h"

#include <array>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>

#include "app/device_settings.h"
#include "app/key_encryption.h"
#include "auth/verifier.h"
#include "enrollment/payload_check.h"
#include "enrollment/qr_code.h"
#include "http/tls.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using enrollment::Severity;

// Characters of the tokens that Muster makes.
constexpr std::size_t kTokenLength = 24;

// Findings under headings; a heading without any is not written.
class Report {
 public:
  explicit Report(std::ostream& out) : out_(out) {}
  void section(std::string title) { title_ = std::move(title); }
  void add(Severity severity, std::string_view setting, std::string_view message) {
    ++counts_.at(static_cast<std::size_t>(severity));
    line(enrollment::severity_name(severity), setting, message);
  }
  void add(const base::Error& error) { add(Severity::kError, error.target, error.message); }
  void note(std::string_view message) { line("note", {}, message); }
  [[nodiscard]] int count(Severity severity) const {
    return counts_.at(static_cast<std::size_t>(severity));
  }

 private:
  void line(std::string_view kind, std::string_view setting, std::string_view message) {
    if (!title_.empty()) out_ << std::exchange(title_, {}) << '\n';
    out_ << "  " << kind << std::string(kind.size() < 8 ? 9 - kind.size() : 1, ' ') << setting
         << (setting.empty() ? "" : ": ") << message << '\n';
  }

  std::ostream& out_;
  std::string title_;
  std::array<int, 3> counts_{};
};

bool is_loopback(std::string_view address) {
  return address.starts_with("localhost:") || address.starts_with("127.") ||
         address.starts_with("[::1]:");
}

void check_addresses(const Settings& settings, Report& report) {
  report.section("Addresses");
  for (const std::string& address : settings.listen_plain) {
    if (is_loopback(address)) continue;
    report.add(Severity::kWarning, "listen_plain",
               address + " is not of this machine alone: tokens travel there unencrypted.");
  }
  if (!settings.metrics_listen.empty() && !is_loopback(settings.metrics_listen)) {
    report.add(Severity::kWarning, "metrics_listen",
               settings.metrics_listen + " shows metrics to everybody who reaches it.");
  }
  bool open = false;
  for (const std::string& address : settings.listen) open = open || !is_loopback(address);
  if (open && settings.public_base_url.empty()) {
    report.add(Severity::kHint, "public_base_url",
               "QR codes and links name whatever host a caller used; set it so that devices always "
               "get one that they can reach.");
  }
  if (settings.public_base_url.starts_with("http://")) {
    report.add(Severity::kWarning, "public_base_url", "Devices enrol over https only.");
  }
  for (const std::string& network : settings.trusted_proxies) {
    if (!network.ends_with("/0")) continue;
    report.add(Severity::kWarning, "trusted_proxies",
               network + " lets every caller choose the address and host that Muster believes.");
  }
}

void check_certificate(const Settings& settings, Report& report) {
  report.section("Certificate");
  if (settings.tls_certificate.empty()) return;
  const auto context = http::TlsContext::load(settings.tls_certificate, settings.tls_key);
  if (!context) report.add(context.error());
  if (!settings.server_names.empty()) {
    report.add(Severity::kHint, "server_names",
               "Has no effect: the names of tls_certificate are in that file.");
  }
}

void check_data(const Settings& settings, Report& report) {
  report.section("Data directory");
  std::error_code fault;
  const fs::file_status status = fs::status(settings.data, fault);
  if (!fs::exists(status)) return report.note(settings.data + " will be made by serve.");
  if (!fs::is_directory(status)) {
    return report.add(Severity::kError, "data", settings.data + " is no directory.");
  }
  const fs::perms others = fs::perms::group_all | fs::perms::others_all;
  if ((status.permissions() & others) != fs::perms::none) {
    report.add(Severity::kWarning, "data",
               settings.data + " can be entered by other users; chmod 700 keeps them out.");
  }
  const auto keys = KeyEncryption::open(settings);
  if (!keys) report.add(keys.error());
}

void check_issuers(const Settings& settings, const base::Clock& clock, Report& report) {
  report.section("Access tokens");
  for (const auth::ExternalIssuer& issuer : settings.auth.external_issuers) {
    auth::AuthSettings alone = settings.auth;
    alone.external_issuers = {issuer};
    const auto verifier = auth::Verifier::create(std::move(alone), nullptr, {}, clock);
    if (!verifier) report.add(Severity::kError, "issuer", verifier.error().message);
  }
}

void check_devices(const Settings& settings, Report& report) {
  report.section("Devices and their certificates");
  const auto policy = enrollment_policy(settings);
  if (!policy) report.add(policy.error());
  if (settings.ca_root_validity < settings.ca_issuing_validity) {
    report.add(Severity::kWarning, "ca_issuing_validity",
               "is longer than ca_root_validity, with which it ends.");
  }
  if (settings.ca_issuing_validity < settings.device_certificate_validity) {
    report.add(Severity::kWarning, "device_certificate_validity",
               "is longer than ca_issuing_validity, with which it ends.");
  }
  const fs::path module = settings.pkcs11_module;
  if (!module.empty() && !fs::exists(module)) {
    report.add(Severity::kError, "pkcs11_module", module.string() + " is not there.");
  }
}

void check_payload(const Settings& settings, const enrollment::PayloadProfile& profile,
                   Report& report) {
  report.section("[payload." + profile.name + "]" +
                 (profile.name == settings.payload_profile ? ", used for QR codes" : ""));
  enrollment::CheckOptions options;
  options.token_length = kTokenLength;
  const std::string base =
      settings.public_base_url.empty() ? "https://localhost:8443" : settings.public_base_url;
  options.context.est_url = base + "/.well-known/est/00000000-0000-0000-0000-000000000000";
  options.context.ca_pin = std::string(43, 'A');
  for (const enrollment::Finding& finding : enrollment::check(profile, options)) {
    report.add(finding.severity, finding.setting, finding.message);
  }
  const auto text = enrollment::payload(profile, std::string(kTokenLength, 'A'), options.context);
  if (!text) return;
  const auto code = enrollment::QrCode::encode(*text);
  if (!code) return;
  const std::string side = std::to_string(code->size());
  report.note("The QR code has version " + std::to_string(code->version()) + " (" + side + " x " +
              side + " modules) for " + std::to_string(text->size()) + " octets.");
}

}  // namespace

base::Status check_config(const Settings& settings, const base::Clock& clock, std::ostream& out) {
  Report report(out);
  check_addresses(settings, report);
  check_certificate(settings, report);
  check_data(settings, report);
  check_issuers(settings, clock, report);
  check_devices(settings, report);
  for (const enrollment::PayloadProfile& profile : settings.payload_profiles) {
    check_payload(settings, profile, report);
  }
  if (const int errors = report.count(Severity::kError); errors > 0) {
    return base::fail(base::ErrorCode::kConfiguration,
                      errors == 1 ? "1 error must be mended first."
                                  : std::to_string(errors) + " errors must be mended first.");
  }
  const int warnings = report.count(Severity::kWarning);
  out << "ok";
  if (warnings > 0) out << ", with " << warnings << (warnings == 1 ? " warning" : " warnings");
  out << '\n';
  return base::done();
}

}  // namespace muster::app
