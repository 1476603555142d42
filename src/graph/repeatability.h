// Requests that may be sent again: what their header fields say (OData Repeatable Requests 1.0
// §§3, 5, 8.4). That they are done once is the business of enrollment/repeatable_request.h.
#pragma once

#include <chrono>

#include "base/result.h"
#include "base/timestamp.h"
#include "graph/exchange.h"

namespace muster::graph {

// How far a client's clock may be ahead.
inline constexpr std::chrono::seconds kClientClockAhead{300};

// Gives the exchange its repeatable request, if it changes something and has the fields; to be
// called once the caller and the resource are known. Reads may always be sent again, so theirs are
// ignored. Errors name the field: kNotRepeatable when one is missing, there twice, no UUID or no
// IMF-fixdate; kRepeatedTooLate when it was first sent before the window of
// ServiceSettings::repeatability_window, or in the future.
[[nodiscard]] base::Status settle_repeatability(Exchange& exchange, base::Timestamp now);

// The refusal of what changes something by other ways than those: kNotImplemented.
[[nodiscard]] base::Error repeatability_not_built(const Exchange& exchange);

}  // namespace muster::graph
