// Collects findings while the parts of a payload profile are checked.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "enrollment/payload_check.h"

namespace muster::enrollment {

class Findings {
 public:
  void error(std::string_view setting, std::string message) {
    list_.push_back({Severity::kError, std::string(setting), std::move(message)});
  }
  void warning(std::string_view setting, std::string message) {
    list_.push_back({Severity::kWarning, std::string(setting), std::move(message)});
  }
  void hint(std::string_view setting, std::string message) {
    list_.push_back({Severity::kHint, std::string(setting), std::move(message)});
  }
  [[nodiscard]] std::vector<Finding>& list() { return list_; }

 private:
  std::vector<Finding> list_;
};

// The parts of check(), each a group of settings.
void check_controller(const PayloadProfile& profile, Findings& findings);
void check_wifi(const PayloadProfile& profile, Findings& findings);
void check_region(const PayloadProfile& profile, const std::filesystem::path& zoneinfo,
                  Findings& findings);

// http:// or https:// with a host, no blanks and no control characters. A finding names `setting`.
void check_url(std::string_view setting, std::string_view url, Findings& findings);
// The host of a URL, lower case, without port; empty if there is none.
[[nodiscard]] std::string host_of(std::string_view url);
// A host that the public internet cannot reach: private and link-local addresses, `localhost`,
// names of one label, `.local`, `.internal`, `.lan`, `.home.arpa`.
[[nodiscard]] bool is_private_host(std::string_view host);

// RFC 5646 §2.1, with `_` for `-` as Android allows.
[[nodiscard]] bool is_well_formed_locale(std::string_view text);
// The shape of an Olson name: one to three parts of letters, digits, `_`, `+`, `-`.
[[nodiscard]] bool is_zone_name(std::string_view text);
// ComponentName.unflattenFromString with class names in full or beginning with a dot.
[[nodiscard]] bool is_component_name(std::string_view text);

}  // namespace muster::enrollment
