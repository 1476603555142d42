// What request headers ask of a representation: Prefer, Accept, Content-Type, If-Match.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace muster::graph {

// The preferences that are honoured (OData 4.01 Protocol §8.2.8); unknown ones are ignored, as RFC
// 7240 asks.
struct Preferences {
  bool return_minimal = false;
  std::optional<std::size_t> max_page_size = {};  // `maxpagesize`, with or without `odata.`
  std::optional<bool> continue_on_error = {};     // of a batch; the name without `odata.` wins
};
[[nodiscard]] Preferences read_preferences(const http::Headers& headers);

// Whether `media_type` is acceptable (RFC 9110 §12.5.1). No Accept header accepts all.
[[nodiscard]] bool accepts(const http::Headers& headers, std::string_view media_type);

// How much `media_type` is wanted, from 0 (not acceptable) to 1, by the most specific range of
// Accept that matches it (RFC 9110 §12.5.1); 1 without an Accept header.
[[nodiscard]] double quality(const http::Headers& headers, std::string_view media_type);

// How much control information an answer carries (OData JSON Format 4.01 §3.1).
enum class Metadata : std::uint8_t { kNone, kMinimal, kFull };

// What Accept asks of JSON by `odata.metadata=` or `metadata=`; minimal when nothing is said.
[[nodiscard]] Metadata wanted_metadata(const http::Headers& headers);

// kUnsupportedMediaType unless the body is declared as JSON in UTF-8.
[[nodiscard]] base::Status check_json_content_type(const http::Headers& headers);

// Entities have no version tags yet, so only `*` can match: kPreconditionFailed for anything else.
[[nodiscard]] base::Status check_if_match(const http::Headers& headers);

}  // namespace muster::graph
