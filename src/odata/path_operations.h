// Qualified names, type casts and functions within resource paths (URL Conventions §§4.4, 4.11).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edm/record.h"

namespace muster::odata {

// The name without the model's namespace or its alias.
[[nodiscard]] std::string_view without_namespace(std::string_view name);
[[nodiscard]] bool is_qualified(std::string_view name);

// Whether the segment casts to the type of that name. Types have no kin here, so that changes
// nothing where it is allowed.
[[nodiscard]] bool is_cast_to(std::string_view segment, std::string_view type);
// The refusal of any other cast.
[[nodiscard]] base::Error no_such_type(std::string_view segment);

// The function of the set's collection that `getX(a='b')` calls, with or without its namespace;
// parentheses may be missing when there are no parameters. nullptr when there is none.
[[nodiscard]] const edm::Function* find_function(const edm::EntitySet& set,
                                                 std::string_view segment);

// The arguments by ordinal, literals or aliases with their values in `query`; aliases that were
// used are added to `used`. Faults: kBadRequest and those of read_literal.
[[nodiscard]] base::Result<std::vector<edm::Value>> read_arguments(const edm::Function& function,
                                                                   std::string_view segment,
                                                                   std::string_view query,
                                                                   std::vector<std::string>& used);

}  // namespace muster::odata
