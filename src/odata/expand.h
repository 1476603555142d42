// `$expand` of what contains entity sets (OData 4.01 Protocol §11.2.5.2, URL Conventions §5.1.3):
// which of them the answer is to hold, in which form, and by which options of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edm/model.h"
#include "odata/query_options.h"

namespace muster::odata {

struct ExpandItem {
  enum class Form : std::uint8_t { kEntities, kReferences, kCount };
  const edm::EntitySet* set = nullptr;
  Form form = Form::kEntities;
  QueryOptions options = {};
};

// `text` is the decoded value of the option, `query` the query that it stands in: its parameter
// aliases may be used. `sets` are those that can be expanded; `*` stands for all that are not named
// beside it. `hidden` as in parse_query, of each set.
// Errors: kInvalidQuery for what is malformed, names none of the sets or one twice; kNotImplemented
// for `$levels`, and for options that lists have not either; those of parse_query.
[[nodiscard]] base::Result<std::vector<ExpandItem>> read_expand(
    std::string_view text, std::string_view query, std::span<const edm::EntitySet* const> sets,
    const std::function<edm::PropertyMask(const edm::EntitySet&)>& hidden);

}  // namespace muster::odata
