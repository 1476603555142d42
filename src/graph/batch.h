// `POST {version}/$batch`: many requests in one, in JSON or as multipart/mixed (OData 4.01 Protocol
// §11.7).
#pragma once

#include "graph/batch_run.h"
#include "graph/exchange.h"

namespace muster::graph {

// Whether a path below the version, as sent, is the batch's: `/$batch`.
[[nodiscard]] bool is_batch_path(std::string_view rest);

// Answers or refuses the exchange once; its caller has checked method and token. A batch that can
// be read is answered with 200 whatever becomes of its requests, in the form that Accept prefers,
// else in its own. A batch within a batch is refused.
void answer_batch(const ExchangePtr& exchange, store::Store& store, const base::Clock& clock,
                  BatchRun::Runner run);

}  // namespace muster::graph
