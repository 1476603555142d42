// The query part of a URL as typed options (OData 4.01 URL Conventions §5). Nothing that OData
// defines is ignored: what is not built is refused with 501, what is not defined with 400.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/record.h"

namespace muster::odata {

struct QueryOptions {
  edm::PropertyMask select = edm::kAllProperties;
  // `$select` with the model's spelling, for the context URL and next links; empty when all.
  std::string select_text = {};
  std::optional<std::size_t> top = {};  // page size, as in Graph
  std::size_t skip = 0;
  bool count = false;
  std::optional<std::string> skip_token = {};
};

// What a resource takes.
enum class Shape : std::uint8_t {
  kCollection,  // all of QueryOptions
  kEntity,      // $select only
  kNothing,
};

// `query` is what follows `?`, as sent. Option names compare without case and with or without `$`
// (OData 4.01 Protocol §12.2); `+` is a blank. Options of nobody's (`?debug=1`) are ignored.
// Errors name the option: kInvalidQuery (unknown `$name`, twice, malformed, out of range, not for
// this resource), kNotImplemented, kNotAcceptable ($format).
[[nodiscard]] base::Result<QueryOptions> parse_query(const edm::EntityType& type,
                                                     std::string_view query, Shape shape);

}  // namespace muster::odata
