#include "odata/query_items.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"

namespace muster::odata {
namespace {

// Takes the next item off the front of `rest`.
std::string_view next_item(std::string_view& rest) {
  const std::size_t end = rest.find('&');
  const std::string_view item = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return item;
}

// Whether `raw`, as sent, is the name of the option `name`.
bool is_name(std::string_view raw, std::string_view name) {
  std::optional<std::string> decoded = base::percent_decode(raw, true);
  if (!decoded) return false;
  std::string_view text = *decoded;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (name.starts_with('@')) return text == name;
  if (text.starts_with('$')) text.remove_prefix(1);
  return base::equal_ignoring_case(text, name);
}

}  // namespace

base::Result<std::optional<std::string>> find_item(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  const auto refuse = [name](std::string_view what) {
    const std::string shown = (name.starts_with('@') ? "" : "$") + std::string(name);
    return base::fail(base::ErrorCode::kInvalidQuery,
                      "The query option '" + shown + "' " + std::string(what), shown);
  };
  while (!query.empty()) {
    const std::string_view item = next_item(query);
    const std::size_t equals = std::min(item.find('='), item.size());
    if (!is_name(item.substr(0, equals), name)) continue;
    if (found) return refuse("is there twice.");
    const std::string_view raw = equals == item.size() ? "" : item.substr(equals + 1);
    found = base::percent_decode(raw, true);
    if (!found || !base::is_utf8(*found)) return refuse("is no percent-encoded UTF-8.");
  }
  return found;
}

std::string without_items(std::string_view query, std::span<const std::string> names) {
  std::string rest;
  while (!query.empty()) {
    const std::string_view item = next_item(query);
    const std::string_view raw = item.substr(0, item.find('='));
    if (std::any_of(names.begin(), names.end(),
                    [raw](const std::string& name) { return is_name(raw, name); })) {
      continue;
    }
    if (!rest.empty()) rest += '&';
    rest += item;
  }
  return rest;
}

}  // namespace muster::odata
