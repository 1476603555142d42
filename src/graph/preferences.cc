#include "graph/preferences.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "http/syntax.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// The value of the first preference of that exact name; nullopt when there is none.
std::optional<std::string_view> find_preference(std::string_view prefer, std::string_view name) {
  while (!prefer.empty()) {
    std::string_view item = http::take_item(prefer, ',');
    const std::string_view preference = http::take_item(item, ';');
    const std::size_t equals = std::min(preference.find('='), preference.size());
    if (!equal_ignoring_case(http::trim_blanks(preference.substr(0, equals)), name)) continue;
    if (equals == preference.size()) return "";
    return without_quotes(http::trim_blanks(preference.substr(equals + 1)));
  }
  return std::nullopt;
}

std::optional<std::string_view> preference(std::string_view prefer, std::string_view name) {
  const auto plain = find_preference(prefer, name);
  return plain ? plain : find_preference(prefer, "odata." + std::string(name));
}

}  // namespace

PresentHeaders find_headers(const http::Headers& headers) {
  PresentHeaders present;
  const auto note = [](bool& flag, std::string_view name, std::string_view wanted) {
    flag = flag || equal_ignoring_case(name, wanted);
  };
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::string_view name = headers[i].name;
    switch (name.size()) {
      case 6:
        note(present.accept, name, "Accept");
        note(present.prefer, name, "Prefer");
        break;
      case 8:
        note(present.if_match, name, "If-Match");
        break;
      case 9:
        note(present.isolation, name, "Isolation");
        break;
      case 13:
        note(present.if_none_match, name, "If-None-Match");
        note(present.version, name, "OData-Version");
        break;
      case 15:
        note(present.isolation, name, "OData-Isolation");
        break;
      case 16:
        note(present.max_version, name, "OData-MaxVersion");
        break;
      case 24:
        note(present.repeatability, name, "Repeatability-Request-ID");
        note(present.repeatability, name, "Repeatability-First-Sent");
        break;
      default:
        break;
    }
  }
  return present;
}

std::string joined(const http::Headers& headers, std::string_view name) {
  std::string all;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!equal_ignoring_case(headers[i].name, name)) continue;
    if (!all.empty()) all += ',';
    all += headers[i].value;
  }
  return all;
}

Preferences read_preferences(const http::Headers& headers) {
  Preferences preferences;
  const std::string prefer = joined(headers, "Prefer");
  if (prefer.empty()) return preferences;
  const auto wanted = preference(prefer, "return");
  preferences.return_minimal = wanted && equal_ignoring_case(*wanted, "minimal");
  preferences.return_representation = wanted && equal_ignoring_case(*wanted, "representation");
  const auto omitted = preference(prefer, "omit-values");
  preferences.omit_nulls = omitted && equal_ignoring_case(*omitted, "nulls");
  preferences.unknown_members = preference(prefer, "include-unknown-enum-members").has_value();
  if (const auto text = preference(prefer, "continue-on-error")) {
    // Without a value it is true (OData 4.01 Protocol §8.2.8.3).
    if (text->empty() || equal_ignoring_case(*text, "true")) preferences.continue_on_error = true;
    if (equal_ignoring_case(*text, "false")) preferences.continue_on_error = false;
  }
  if (const auto text = preference(prefer, "maxpagesize")) {
    std::size_t size = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (fault == std::errc{} && end == text->data() + text->size() && size > 0) {
      preferences.max_page_size = size;
    }
  }
  return preferences;
}

base::Status check_json_content_type(const http::Headers& headers) {
  std::string_view rest = headers.get("Content-Type");
  const std::string_view type = http::take_item(rest, ';');
  bool utf8 = true;
  while (!rest.empty()) {
    const std::string_view parameter = http::take_item(rest, ';');
    constexpr std::string_view kCharset = "charset=";
    if (!equal_ignoring_case(parameter.substr(0, kCharset.size()), kCharset)) continue;
    const std::string_view charset = without_quotes(parameter.substr(kCharset.size()));
    utf8 = equal_ignoring_case(charset, "utf-8") || equal_ignoring_case(charset, "us-ascii");
  }
  if (equal_ignoring_case(type, "application/json") && utf8 && headers.count("Content-Type") == 1) {
    return base::done();
  }
  return base::fail(ErrorCode::kUnsupportedMediaType,
                    "Entity only allows writes with a JSON Content-Type header.", "Content-Type");
}

enrollment::VersionList read_tags(std::string_view text) {
  enrollment::VersionList list;
  text = http::trim_blanks(text);
  if (text == "*") {
    list.any = true;
    return list;
  }
  while (!text.empty()) {
    std::string_view tag = http::take_item(text, ',');
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') continue;
    tag = tag.substr(1, tag.size() - 2);
    std::int64_t version = 0;
    const auto [end, fault] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
    // No leading zeros: a tag matches only in the form in which it was given.
    const bool ours = fault == std::errc{} && end == tag.data() + tag.size() && tag[0] > '0';
    if (ours) list.versions.push_back(version);
  }
  return list;
}

enrollment::Conditions read_conditions(const http::Headers& headers) {
  enrollment::Conditions conditions;
  if (headers.count("If-Match") > 0) conditions.match = read_tags(joined(headers, "If-Match"));
  if (headers.count("If-None-Match") > 0) {
    conditions.none_match = read_tags(joined(headers, "If-None-Match"));
  }
  return conditions;
}

std::string entity_tag(std::int64_t version) {
  return "W/\"" + std::to_string(version) + "\"";
}

}  // namespace muster::graph
