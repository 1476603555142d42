// Values in resource paths: keys and the arguments of functions (OData ABNF: primitiveLiteral).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/record.h"

namespace muster::odata {

// `'text'` with doubled quotes inside (URL Conventions §5.1.1.14); nullopt for anything else.
[[nodiscard]] std::optional<std::string> unquote(std::string_view literal);

// `'text'` as it goes into a URL: quotes doubled, everything but unreserved characters encoded.
[[nodiscard]] std::string quote_for_url(std::string_view text);

// A decoded literal as a value of the property: text, members of enumerations and durations in
// quotes, with or without their type before them; numbers, dates, true, false and null bare; arrays
// and objects as JSON. Faults as in edm::read_value.
[[nodiscard]] base::Result<edm::Value> read_literal(const edm::Property& property,
                                                    std::string_view literal);

}  // namespace muster::odata
