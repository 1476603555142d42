// What request headers ask beside the form of the answer: Prefer, Content-Type, and the conditions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enrollment/conditions.h"
#include "graph/format.h"
#include "http/message.h"

namespace muster::graph {

// Which of the headers that matter here a request has, found in one pass: most have none.
struct PresentHeaders {
  bool accept = false;
  bool prefer = false;
  bool if_match = false;
  bool if_none_match = false;
  bool isolation = false;
  bool version = false;
  bool max_version = false;
  bool repeatability = false;  // one of its two fields, or both
};
[[nodiscard]] PresentHeaders find_headers(const http::Headers& headers);

// The values of all fields of that name, joined by commas.
[[nodiscard]] std::string joined(const http::Headers& headers, std::string_view name);

// The preferences that are honoured (OData 4.01 Protocol §8.2.8); unknown ones are ignored, as RFC
// 7240 asks. Names with and without `odata.`: the one without wins; of two alike the first counts.
struct Preferences {
  bool return_minimal = false;
  bool return_representation = false;
  bool omit_nulls = false;                        // omit-values=nulls
  bool unknown_members = false;                   // include-unknown-enum-members (Graph)
  std::optional<std::size_t> max_page_size = {};  // maxpagesize
  std::optional<bool> continue_on_error = {};     // of a batch
};
[[nodiscard]] Preferences read_preferences(const http::Headers& headers);

// kUnsupportedMediaType unless the body is declared as JSON in UTF-8.
[[nodiscard]] base::Status check_json_content_type(const http::Headers& headers);

// If-Match and If-None-Match: lists of entity tags, or `*`. Tags are compared weakly.
[[nodiscard]] enrollment::Conditions read_conditions(const http::Headers& headers);

// The same of one list of tags.
[[nodiscard]] enrollment::VersionList read_tags(std::string_view text);

// `W/"7"`: weak, since answers differ by `$select`, format and preferences.
[[nodiscard]] std::string entity_tag(std::int64_t version);

}  // namespace muster::graph
