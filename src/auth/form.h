// application/x-www-form-urlencoded bodies of the token endpoint (RFC 6749 §3.2, appendix B).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace muster::auth {

// Parameters by name. One without a value counts as absent; one given twice is remembered, because
// RFC 6749 §3.2 forbids it for parameters that are understood.
class Form {
 public:
  // nullopt if a percent-encoding is broken or the body has more than 64 KiB or 100 parameters.
  // Blanks may come as `+` or `%20`; clients that do not encode at all are understood as long as
  // their values have no `%`, `&` or `+`.
  [[nodiscard]] static std::optional<Form> parse(std::string_view body);

  // Empty if absent.
  [[nodiscard]] std::string_view get(const std::string& name) const;
  [[nodiscard]] bool is_repeated(const std::string& name) const { return repeated_.contains(name); }

  Form() = default;
  Form(const Form&) = delete;  // may hold a client secret, which ~Form wipes
  Form(Form&&) noexcept = default;
  Form& operator=(const Form&) = delete;
  Form& operator=(Form&&) = delete;
  ~Form();

 private:
  std::map<std::string, std::string> values_;
  std::set<std::string> repeated_;
};

}  // namespace muster::auth
