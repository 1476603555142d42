#include "graph/preferences.h"

#include <charconv>

#include "base/encoding.h"
#include "http/syntax.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;

// Takes the next item of a list off the front of `rest`.
std::string_view next_item(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view item = http::trim_blanks(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return item;
}

void read_preference(std::string_view item, Preferences& preferences) {
  std::string_view name = http::trim_blanks(item.substr(0, item.find('=')));
  std::string_view value = item.find('=') == std::string_view::npos
                               ? ""
                               : http::trim_blanks(item.substr(item.find('=') + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  constexpr std::string_view kPrefix = "odata.";
  const bool prefixed = equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
  if (prefixed) name.remove_prefix(kPrefix.size());
  if (equal_ignoring_case(name, "return")) {
    preferences.return_minimal = equal_ignoring_case(value, "minimal");
  } else if (equal_ignoring_case(name, "continue-on-error")) {
    // A preference without a value is one that is true (OData 4.01 Protocol §8.2.8.3).
    const bool wanted = value.empty() || equal_ignoring_case(value, "true");
    if (!wanted && !equal_ignoring_case(value, "false")) return;
    if (!prefixed || !preferences.continue_on_error) preferences.continue_on_error = wanted;
  } else if (equal_ignoring_case(name, "maxpagesize")) {
    std::size_t size = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (fault == std::errc{} && end == value.data() + value.size() && size > 0) {
      preferences.max_page_size = size;
    }
  }
}

// `q=0` in the parameters of a media range.
bool is_excluded(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view item = next_item(parameters, ';');
    if (!item.starts_with("q=") && !item.starts_with("Q=")) continue;
    return item.substr(2).find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

bool matches(std::string_view range, std::string_view media_type) {
  if (range == "*/*" || equal_ignoring_case(range, media_type)) return true;
  return range.ends_with("/*") && media_type.size() >= range.size() &&
         equal_ignoring_case(range.substr(0, range.size() - 1),
                             media_type.substr(0, range.size() - 1));
}

// The value of a `metadata` parameter, if there is one of the three.
std::optional<Metadata> metadata_parameter(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view item = next_item(parameters, ';');
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = item.substr(0, equals);
    if (!equal_ignoring_case(name, "odata.metadata") && !equal_ignoring_case(name, "metadata")) {
      continue;
    }
    const std::string_view value = item.substr(equals + 1);
    if (equal_ignoring_case(value, "none")) return Metadata::kNone;
    if (equal_ignoring_case(value, "full")) return Metadata::kFull;
    return Metadata::kMinimal;
  }
  return std::nullopt;
}

}  // namespace

Metadata wanted_metadata(const http::Headers& headers) {
  std::string_view rest = headers.get("Accept");
  while (!rest.empty()) {
    std::string_view parameters = next_item(rest, ',');
    const std::string_view range = next_item(parameters, ';');
    if (!matches(range, "application/json")) continue;
    if (const auto level = metadata_parameter(parameters)) return *level;
  }
  return Metadata::kMinimal;
}

Preferences read_preferences(const http::Headers& headers) {
  Preferences preferences;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!equal_ignoring_case(headers[i].name, "Prefer")) continue;
    std::string_view rest = headers[i].value;
    while (!rest.empty()) {
      std::string_view item = next_item(rest, ',');
      read_preference(next_item(item, ';'), preferences);
    }
  }
  return preferences;
}

bool accepts(const http::Headers& headers, std::string_view media_type) {
  std::string_view rest = headers.get("Accept");
  if (http::trim_blanks(rest).empty()) return true;
  bool accepted = false;
  while (!rest.empty()) {
    std::string_view parameters = next_item(rest, ',');
    const std::string_view range = next_item(parameters, ';');
    if (!matches(range, media_type)) continue;
    const bool excluded = is_excluded(parameters);
    if (excluded && equal_ignoring_case(range, media_type)) return false;
    accepted = accepted || !excluded;
  }
  return accepted;
}

double quality(const http::Headers& headers, std::string_view media_type) {
  std::string_view rest = headers.get("Accept");
  if (http::trim_blanks(rest).empty()) return 1;
  double found = 0;
  std::size_t specific = 0;
  while (!rest.empty()) {
    std::string_view parameters = next_item(rest, ',');
    const std::string_view range = next_item(parameters, ';');
    if (!matches(range, media_type) || range.size() < specific) continue;
    specific = range.size();  // `*/*` is shorter than `type/*`, which is shorter than a type
    found = 1;
    while (!parameters.empty()) {
      const std::string_view item = next_item(parameters, ';');
      if (!item.starts_with("q=") && !item.starts_with("Q=")) continue;
      if (std::from_chars(item.data() + 2, item.data() + item.size(), found).ec != std::errc{}) {
        found = 0;
      }
    }
  }
  return found;
}

base::Status check_json_content_type(const http::Headers& headers) {
  std::string_view rest = headers.get("Content-Type");
  const std::string_view type = next_item(rest, ';');
  bool utf8 = true;
  while (!rest.empty()) {
    const std::string_view parameter = next_item(rest, ';');
    constexpr std::string_view kCharset = "charset=";
    if (!equal_ignoring_case(parameter.substr(0, kCharset.size()), kCharset)) continue;
    std::string_view charset = parameter.substr(kCharset.size());
    if (charset.size() >= 2 && charset.front() == '"')
      charset = charset.substr(1, charset.size() - 2);
    utf8 = equal_ignoring_case(charset, "utf-8") || equal_ignoring_case(charset, "us-ascii");
  }
  if (equal_ignoring_case(type, "application/json") && utf8 && headers.count("Content-Type") == 1) {
    return base::done();
  }
  return base::fail(ErrorCode::kUnsupportedMediaType,
                    "Entity only allows writes with a JSON Content-Type header.", "Content-Type");
}

base::Status check_if_match(const http::Headers& headers) {
  if (headers.count("If-Match") == 0 || http::trim_blanks(headers.get("If-Match")) == "*")
    return base::done();
  return base::fail(ErrorCode::kPreconditionFailed,
                    "The condition of If-Match does not hold: the entity has no such version tag.",
                    "If-Match");
}

}  // namespace muster::graph
