// From what a query says to what it means for the entities of one type (OData 4.01 URL Conventions
// §5.1): names become ordinals, aliases their values, and every operand is checked against the
// types of its operation. Errors name the option, the operand and the types: kInvalidQuery when the
// query is wrong, kNotImplemented when OData defines what it says and Muster has not built it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "odata/expression.h"
#include "odata/syntax/ast.h"

namespace muster::odata {

// A parsed piece of a query and the text that it was made of, for messages.
struct Source {
  std::string text;
  syntax::Tree tree;
};

// The values of parameter aliases, by name without `@`. One that is not here is null.
using Aliases = std::map<std::string, Source, std::less<>>;

struct BindContext {
  const edm::EntityType& type;
  const Aliases& aliases;
  // Properties that the caller may not see: null wherever they stand.
  edm::PropertyMask hidden = 0;
  base::Timestamp now = {};
  // A collection of the type, when `$filter` is about its items: `$it` and `$this` are an item then
  // (URL Conventions §4.11), and the condition is true where it is so for any of them.
  const edm::Property* items_of = nullptr;
};

// What `$filter` and `$search` say together; either may be nullptr, not both. The root of the
// first is syntax::Kind::kFilter, of the second kSearch. A word or phrase of a search is found
// where a searched property contains it, without ASCII case; `"name:text"` looks in one of them.
[[nodiscard]] base::Result<Expression> bind_condition(const BindContext& context,
                                                      const Source* filter, const Source* search);

// Root: syntax::Kind::kOrderBy.
[[nodiscard]] base::Result<Order> bind_order(const BindContext& context, const Source& orderby);

}  // namespace muster::odata
