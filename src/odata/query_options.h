// The query part of a URL as typed options (OData 4.01 URL Conventions §5). Nothing that OData
// defines is ignored: what is not built is refused with 501, what is not defined with 400.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edm/record.h"
#include "odata/expression.h"

namespace muster::odata {

// Of a complex property only these members are wanted.
struct MemberSelection {
  std::size_t ordinal = 0;
  edm::PropertyMask members = 0;
};

// Plain value; what it points to is shared and immutable.
struct QueryOptions {
  edm::PropertyMask select = edm::kAllProperties;
  // `$select` with the model's spelling, for the context URL and next links; empty when all.
  std::string select_text = {};
  std::vector<MemberSelection> members = {};
  std::optional<std::size_t> top = {};  // page size, as in Graph
  std::size_t skip = 0;
  bool count = false;
  std::optional<std::string> skip_token = {};
  std::shared_ptr<const Expression> filter = {};  // $filter and $search; nullptr takes all
  std::shared_ptr<const Order> order = {};        // nullptr is the order of the keys
  // $filter, $search, $orderby and the aliases, encoded for a URL: what a next link repeats and
  // what a $skiptoken is good for.
  std::string scope = {};
};

// What a resource takes.
enum class Shape : std::uint8_t {
  kCollection,  // all of QueryOptions
  kCount,       // $filter and $search; $top, $skip and $orderby are checked and change nothing
  kEntity,      // $select only
  kNothing,
};

// `query` is what follows `?`, as sent. Option names compare without case and with or without `$`
// (OData 4.01 Protocol §12.2); `+` is a blank. Options of nobody's (`?debug=1`) are ignored.
// `hidden`: properties that the caller may not see, which are null in filters and orders.
// Errors name the option: kInvalidQuery (unknown `$name`, twice, malformed, out of range, wrong
// types, not for this resource), kNotImplemented, kNotAcceptable ($format).
// `items_of`: the collection of `type` whose items are asked for; the filter is true of an entity
// any of whose items it takes.
[[nodiscard]] base::Result<QueryOptions> parse_query(const edm::EntityType& type,
                                                     std::string_view query, Shape shape,
                                                     edm::PropertyMask hidden = 0,
                                                     const edm::Property* items_of = nullptr);

// Whether OData or Graph defines a query option of that name, which is without `$`; no case.
[[nodiscard]] bool is_system_option(std::string_view name);

// The query of the same list further on, in the model's spelling and without `?`. `skip_token` is
// what make_skip_token gave.
[[nodiscard]] std::string next_query(const QueryOptions& options, std::string_view skip_token);

// Members that were not selected become absent, so that they are not written.
void prune(edm::Record& record, const QueryOptions& options);

}  // namespace muster::odata
