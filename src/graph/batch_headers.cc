#include "graph/batch_headers.h"

#include <array>
#include <string>

#include "base/encoding.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;

// The fields of the batch that hold for its requests, too, unless they say otherwise.
constexpr std::array<std::string_view, 9> kInherited = {
    "Authorization",    "Prefer",    "OData-Version",   "OData-MaxVersion", "Accept-Language",
    "ConsistencyLevel", "Isolation", "OData-Isolation", "client-request-id"};

}  // namespace

std::string_view header_of(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

std::optional<std::string_view> tag_reference(http::Field field) {
  if (!equal_ignoring_case(field.name, "If-Match") &&
      !equal_ignoring_case(field.name, "If-None-Match")) {
    return std::nullopt;
  }
  std::string_view value = field.value;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (!value.starts_with('$')) return std::nullopt;
  return value.substr(1);
}

void inherit_headers(const http::Headers& outer, http::Headers& headers) {
  for (const std::string_view name : kInherited) {
    if (headers.count(name) > 0) continue;
    for (std::size_t i = 0; i < outer.size(); ++i) {
      if (equal_ignoring_case(outer[i].name, name)) headers.add(outer[i].name, outer[i].value);
    }
  }
  // Accept says first of all in which form the batch is answered. What it says of JSON holds for
  // the requests; those whose answer is no JSON are not to fail by it.
  const std::string_view accept = outer.get("Accept");
  if (headers.count("Accept") == 0 && accept.find("application/json") != std::string_view::npos) {
    headers.add("Accept", std::string(accept) + ", */*;q=0.1");
  }
}

}  // namespace muster::graph
