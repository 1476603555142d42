// URLs of the requests of a batch (OData 4.01 Protocol §11.7.2, §11.7.3; Graph's JSON batching).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::graph {

// Where the batch was sent to.
struct BatchBase {
  std::string_view base_url;  // `https://host:port`
  std::string_view version;   // `beta`
};

// The request target that a URL means: absolute with our scheme, host and port; a path from the
// version (`/beta/…`); a path below it (`/deviceManagement/…`, `deviceManagement/…`). Blanks and
// other octets that a client forgot to encode are encoded. kBadRequest for URLs of other hosts,
// outside of the API, with a fragment or control characters, or longer than a request line.
[[nodiscard]] base::Result<std::string> batch_target(const BatchBase& base, std::string_view url);

// Whether `authority` (of a Host field) is that of the service.
[[nodiscard]] bool is_own_authority(const BatchBase& base, std::string_view authority);

// `$id` at the start of a URL: the entity that another request of the batch made or named. Views
// into `url`. What is not the id of a request is no reference; names of OData ($metadata, $batch,
// $entity, $all, $crossjoin) never are.
struct BatchReference {
  std::string_view id;
  std::string_view rest;  // empty or from `/` or `?` on
};
[[nodiscard]] std::optional<BatchReference> batch_reference(const BatchBase& base,
                                                            std::string_view url);

// The path of the entity that a create at `target` makes, given its key.
[[nodiscard]] std::string created_path(std::string_view target, std::string_view key);

}  // namespace muster::graph
