// The OData 4.01 ABNF as a judge: does a text follow a rule of it to the last character? For tests
// of the parser; the service itself uses parse.h. Names decide where the ABNF alone is ambiguous.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "odata/syntax/grammar/names.h"

namespace muster::odata::syntax::grammar {

// nullopt for a rule that is not known. `text` is percent-encoded where the rule is about URLs,
// with unreserved characters decoded (as the ABNF asks).
[[nodiscard]] std::optional<bool> follows(std::string_view rule, std::string_view text,
                                          const Names& names);

// The rules that are known, besides those that are roles of names.
[[nodiscard]] std::vector<std::string_view> rules();

}  // namespace muster::odata::syntax::grammar
