// Where the figures on /metrics come from: callbacks into the parts that keep them.
#pragma once

#include "auth/verifier.h"
#include "enrollment/profile_tokens.h"
#include "http/handler_pool.h"
#include "http/message.h"
#include "http/stats.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "store/store.h"

namespace muster::app {

// The sources must outlive the registry's last text().
void watch_server(observe::Metrics& metrics, const http::Stats& stats);
// Of a service without a pool, `pool` is nullptr.
void watch_waiting(observe::Metrics& metrics, const http::HandlerPool* pool);
void watch_store(observe::Metrics& metrics, const store::Store& store);
void watch_tokens(observe::Metrics& metrics, const auth::Verifier& verifier,
                  const enrollment::ProfileTokens& tokens);
void watch_log(observe::Metrics& metrics, const observe::Log& log);

// The answer of the metrics listener: `GET /metrics`, all else 404.
[[nodiscard]] http::Response metrics_reply(const http::Request& request,
                                           const observe::Metrics& metrics);

}  // namespace muster::app
