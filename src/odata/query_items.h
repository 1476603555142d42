// The items of a query (OData 4.01 URL Conventions §5) before anybody says what they mean: for
// those options that belong to the address or the format of an answer, not to what is asked of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::odata {

// One item as sent: what stands before and after its first `=`.
struct QueryItem {
  std::string_view name;
  std::string_view value;
};
// Takes the next item off the front of `rest`.
[[nodiscard]] QueryItem next_item(std::string_view& rest);

// A name or value of an item, decoded; `+` is a blank. kInvalidQuery for what is no percent-encoded
// UTF-8.
[[nodiscard]] base::Result<std::string> decode_query(std::string_view text);

// The decoded value of the option `name`, which is `@k` or a system option without `$`; nullopt
// when the query does not have it. Names compare as in parse_query: without case and with or
// without `$`, aliases exactly. kInvalidQuery when it is there twice or is no percent-encoded
// UTF-8.
[[nodiscard]] base::Result<std::optional<std::string>> find_item(std::string_view query,
                                                                 std::string_view name);

// The query without the items of these names.
[[nodiscard]] std::string without_items(std::string_view query, std::span<const std::string> names);

// A plus sign in a query is a blank, but nobody writes a blank before the offset of a date:
// `2026-01-02T12:00:00 03:00` was `…+03:00`. The text of an option with such signs put back; its
// length stays.
[[nodiscard]] std::string with_offsets(std::string_view text);

}  // namespace muster::odata
