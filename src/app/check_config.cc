#include "app/check_config.h"

#include <filesystem>
#include <iostream>
#include <vector>

#include "auth/verifier.h"
#include "enrollment/payload_check.h"
#include "http/tls.h"

namespace muster::app {
namespace {

using enrollment::Severity;

// What was found so far; prints as it goes.
class Report {
 public:
  void section(std::string title) { title_ = std::move(title); }
  void add(Severity severity, const std::string& setting, const std::string& message) {
    if (!title_.empty()) std::cout << std::exchange(title_, {}) << '\n';
    std::cout << "  " << enrollment::severity_name(severity) << "  "
              << (setting.empty() ? "" : setting + ": ") << message << '\n';
    ++findings_;
    if (severity == Severity::kError) ++errors_;
  }
  void add(const base::Error& error) { add(Severity::kError, error.target, error.message); }
  [[nodiscard]] int errors() const { return errors_; }
  [[nodiscard]] int findings() const { return findings_; }

 private:
  std::string title_;
  int findings_ = 0;
  int errors_ = 0;
};

void check_certificate(const Settings& settings, Report& report) {
  report.section("certificate");
  if (settings.tls_certificate.empty()) return;
  const auto context = http::TlsContext::load(settings.tls_certificate, settings.tls_key);
  if (!context) report.add(context.error());
}

void check_issuers(const Settings& settings, const base::Clock& clock, Report& report) {
  report.section("issuers");
  if (settings.auth.external_issuers.empty()) {
    if (settings.own_issuer) return;
    report.add(Severity::kError, "own_issuer",
               "Without the own issuer and without [[issuer]] sections nobody can call.");
    return;
  }
  const auto verifier = auth::Verifier::create(settings.auth, nullptr, {}, clock);
  if (!verifier) report.add(verifier.error());
}

void check_payload(const Settings& settings, const enrollment::PayloadProfile& profile,
                   Report& report) {
  report.section("[payload." + profile.name + "]");
  enrollment::CheckOptions options;
  options.token_length = 24;
  const std::string base =
      settings.public_base_url.empty() ? "https://localhost:8443" : settings.public_base_url;
  options.context.est_url = base + "/.well-known/est/00000000-0000-0000-0000-000000000000";
  options.context.ca_pin = std::string(43, 'A');
  for (const enrollment::Finding& finding : enrollment::check(profile, options)) {
    report.add(finding.severity, finding.setting, finding.message);
  }
}

}  // namespace

base::Status run_check_config(const Settings& settings, const base::Clock& clock) {
  Report report;
  check_certificate(settings, report);
  check_issuers(settings, clock, report);
  for (const enrollment::PayloadProfile& profile : settings.payload_profiles) {
    check_payload(settings, profile, report);
  }
  report.section("settings");
  if (find_payload_profile(settings, settings.payload_profile) == nullptr) {
    report.add(Severity::kError, "payload_profile",
               "There is no section [payload." + settings.payload_profile + "].");
  }
  if (report.errors() > 0) {
    return base::fail(base::ErrorCode::kConfiguration,
                      std::to_string(report.errors()) + " of these must be mended first.");
  }
  if (report.findings() == 0) std::cout << "ok: nothing to say\n";
  return base::done();
}

}  // namespace muster::app
