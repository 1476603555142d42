// Language and time zone, and the forms of texts that several checks share.
#include <algorithm>
#include <system_error>

#include "base/encoding.h"
#include "enrollment/findings.h"

namespace muster::enrollment {
namespace {

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}

// Subtags one after the other; take() moves on only if the predicate holds.
class Subtags {
 public:
  explicit Subtags(std::string_view text) : rest_(text), open_(true) { next(); }
  [[nodiscard]] bool at_end() const { return !open_; }
  [[nodiscard]] std::string_view current() const { return current_; }
  bool take(auto predicate) {
    if (!open_ || !predicate(current_)) return false;
    next();
    return true;
  }

 private:
  void next() {
    if (done_) {
      open_ = false;
      current_ = {};
      return;
    }
    const auto cut = rest_.find_first_of("-_");
    current_ = rest_.substr(0, cut);
    done_ = cut == std::string_view::npos;
    if (!done_) rest_.remove_prefix(cut + 1);
  }
  std::string_view rest_, current_;
  bool open_, done_ = false;
};

bool all(std::string_view text, auto predicate) {
  return std::ranges::all_of(text, predicate);
}
bool is_language(std::string_view t) {
  return t.size() >= 2 && t.size() <= 8 && all(t, is_alpha);
}
bool is_extended(std::string_view t) {
  return t.size() == 3 && all(t, is_alpha);
}
bool is_script(std::string_view t) {
  return t.size() == 4 && all(t, is_alpha);
}
bool is_region(std::string_view t) {
  return (t.size() == 2 && all(t, is_alpha)) || (t.size() == 3 && all(t, is_digit));
}
bool is_variant(std::string_view t) {
  if (t.size() == 4) return is_digit(t[0]) && all(t, is_alnum);
  return t.size() >= 5 && t.size() <= 8 && all(t, is_alnum);
}
bool is_singleton(std::string_view t) {
  return t.size() == 1 && is_alnum(t[0]);
}
bool is_extension(std::string_view t) {
  return t.size() >= 2 && t.size() <= 8 && all(t, is_alnum);
}
bool is_private_part(std::string_view t) {
  return !t.empty() && t.size() <= 8 && all(t, is_alnum);
}

bool is_ipv4_private(std::string_view host) {
  if (host.starts_with("10.") || host.starts_with("192.168.") || host.starts_with("127.") ||
      host.starts_with("169.254.")) {
    return true;
  }
  if (!host.starts_with("172.")) return false;
  const auto second = host.substr(4, host.find('.', 4) - 4);
  return second.size() == 2 && second >= "16" && second <= "31";
}

}  // namespace

bool is_well_formed_locale(std::string_view text) {
  Subtags tags(text);
  const bool short_language = tags.current().size() <= 3;
  if (!tags.take(is_language)) return false;
  for (int i = 0; short_language && i < 3 && tags.take(is_extended); ++i) {
  }
  tags.take(is_script);
  tags.take(is_region);
  while (tags.take(is_variant)) {
  }
  while (!tags.at_end()) {
    const bool is_private = tags.current() == "x" || tags.current() == "X";
    if (!tags.take(is_singleton)) return false;
    const auto part = is_private ? is_private_part : is_extension;
    if (!tags.take(part)) return false;
    while (tags.take(part)) {
    }
  }
  return true;
}

bool is_zone_name(std::string_view text) {
  for (int parts = 0; parts < 3; ++parts) {
    const auto slash = text.find('/');
    const auto part = text.substr(0, slash);
    const auto allowed = [](char c) { return is_alnum(c) || c == '_' || c == '+' || c == '-'; };
    if (part.empty() || !is_alpha(part[0]) || !all(part, allowed)) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
  return false;
}

void check_region(const PayloadProfile& profile, const std::filesystem::path& zoneinfo,
                  Findings& findings) {
  if (profile.locale && !is_well_formed_locale(*profile.locale)) {
    findings.error("locale",
                   "is no language tag such as `en_US`; the device stops provisioning at it.");
  }
  if (!profile.time_zone) return;
  if (!is_zone_name(*profile.time_zone)) {
    findings.error("time_zone", "is no Olson name such as `Europe/Berlin`.");
    return;
  }
  std::error_code error;
  if (!std::filesystem::is_directory(zoneinfo, error)) return;
  if (!std::filesystem::is_regular_file(zoneinfo / *profile.time_zone, error)) {
    findings.warning("time_zone",
                     "is not known to this machine's time zone data; the device may "
                     "not know it either.");
  }
}

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    return close == std::string_view::npos ? std::string()
                                           : base::ascii_lower(authority.substr(0, close + 1));
  }
  return base::ascii_lower(authority.substr(0, authority.find(':')));
}

bool is_private_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host == "[::1]" || host.starts_with("[fe80:") || host.starts_with("[fc") ||
           host.starts_with("[fd");
  }
  if (is_ipv4_private(host) || host.find('.') == std::string_view::npos) return !host.empty();
  return host.ends_with(".local") || host.ends_with(".internal") || host.ends_with(".lan") ||
         host.ends_with(".home.arpa");
}

void check_url(std::string_view setting, std::string_view url, Findings& findings) {
  const bool plain = url.starts_with("http://");
  const bool blank = std::ranges::any_of(
      url, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
  if ((!plain && !url.starts_with("https://")) || host_of(url).empty() || blank) {
    findings.error(setting, "must be a URL that begins with `https://`, without blanks.");
  } else if (plain) {
    findings.warning(setting, "is not encrypted: use `https://`.");
  }
}

}  // namespace muster::enrollment
