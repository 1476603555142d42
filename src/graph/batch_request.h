// What a batch asks for, whichever form it came in (OData 4.01 Protocol §11.7).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "http/message.h"

namespace muster::graph {

// As Graph's.
inline constexpr std::size_t kMaxBatchItems = 20;

enum class BatchForm : std::uint8_t { kJson, kMultipart };

// One request of a batch. What is wrong with this request alone is in `refusal`: it is answered so
// and not run.
struct BatchItem {
  std::string id;                       // JSON: `id`; multipart: Content-ID, may be empty
  std::string group;                    // atomicity group or change set; empty: none
  std::string method;                   // upper case
  std::string url;                      // as sent
  http::Headers headers;                // its own only
  std::string body;                     // as the service reads it
  std::vector<std::string> depends_on;  // as sent: ids and names of groups
  std::optional<base::Error> refusal = {};
};

struct BatchRequest {
  BatchForm form = BatchForm::kJson;
  std::vector<BatchItem> items;  // in the order they came, at most kMaxBatchItems
};

// The answer to one request of a batch.
struct BatchAnswer {
  std::string id;
  std::string group;
  http::Response response;
};

// 1 or more of RFC 3986's unreserved characters, at most 256: what ids and names of groups are made
// of.
[[nodiscard]] bool is_batch_name(std::string_view text);

// Refuses names that are used twice or for a request and a group, groups whose requests are not
// neighbours, and `dependsOn` that names nothing earlier or a member of another group: kBadRequest,
// and the batch is not run.
[[nodiscard]] base::Status check_batch(const BatchRequest& batch);

// kBadRequest naming the limit.
[[nodiscard]] base::Error too_many_batch_items();

}  // namespace muster::graph
