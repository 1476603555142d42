#include "odata/query_items.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/timestamp.h"

namespace muster::odata {
namespace {

// Takes the next item off the front of `rest`, undivided.
std::string_view take_item(std::string_view& rest) {
  const std::size_t end = rest.find('&');
  const std::string_view item = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return item;
}

QueryItem divide(std::string_view item) {
  const std::size_t equals = std::min(item.find('='), item.size());
  return {item.substr(0, equals), item.substr(std::min(equals + 1, item.size()))};
}

// Whether `raw`, as sent, is the name of the option `name`.
bool is_name(std::string_view raw, std::string_view name) {
  std::optional<std::string> decoded = base::percent_decode(raw, true);
  if (!decoded) return false;
  std::string_view text = *decoded;
  if (name.starts_with('@')) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text == name;
  }
  if (text.starts_with('$')) text.remove_prefix(1);
  return base::equal_ignoring_case(text, name);
}

}  // namespace

QueryItem next_item(std::string_view& rest) {
  return divide(take_item(rest));
}

base::Result<std::string> decode_query(std::string_view text) {
  std::optional<std::string> decoded = base::percent_decode(text, true);
  if (decoded && base::is_utf8(*decoded)) return *std::move(decoded);
  return base::fail(base::ErrorCode::kInvalidQuery,
                    "The query holds an escape that is not percent-encoded UTF-8.",
                    std::string(text.substr(0, 64)));
}

base::Result<std::optional<std::string>> find_item(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  const auto refuse = [name](std::string_view what) {
    const std::string shown = (name.starts_with('@') ? "" : "$") + std::string(name);
    return base::fail(base::ErrorCode::kInvalidQuery,
                      "The query option '" + shown + "' " + std::string(what), shown);
  };
  while (!query.empty()) {
    const QueryItem item = next_item(query);
    if (!is_name(item.name, name)) continue;
    if (found) return refuse("is there twice.");
    found = base::percent_decode(item.value, true);
    if (!found || !base::is_utf8(*found)) return refuse("is no percent-encoded UTF-8.");
  }
  return found;
}

std::string without_items(std::string_view query, std::span<const std::string> names) {
  std::string rest;
  while (!query.empty()) {
    const std::string_view item = take_item(query);
    const std::string_view raw = divide(item).name;
    if (std::any_of(names.begin(), names.end(),
                    [raw](const std::string& name) { return is_name(raw, name); })) {
      continue;
    }
    if (!rest.empty()) rest += '&';
    rest += item;
  }
  return rest;
}

std::string with_offsets(std::string_view text) {
  std::string result(text);
  bool quoted = false;
  std::size_t token = 0;  // where the word before the blank begins
  for (std::size_t i = 0; i < result.size(); ++i) {
    const char c = result[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == ' ' && i - token >= 16 && i - token <= 40 && result[token + 4] == '-') {
      const std::string date = result.substr(token, i - token) + "+" + result.substr(i + 1, 5);
      if (base::Timestamp::parse(date)) result[i] = '+';
    }
    const bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '-' || c == ':' || c == '.' || c == '+';
    if (!word) token = i + 1;
  }
  return result;
}

}  // namespace muster::odata
