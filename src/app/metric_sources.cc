#include "app/metric_sources.h"

#include <array>
#include <string>

namespace muster::app {
namespace {

using observe::Metric;

double figure(const http::Stats::Counter& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

// The refusals that the protocol layer gives.
constexpr std::array kRefusals = {400, 408, 413, 414, 415, 417, 431, 500, 501, 503, 505};

}  // namespace

void watch_server(observe::Metrics& metrics, const http::Stats& stats) {
  const auto watch = [&](Metric metric, const http::Stats::Counter& counter) {
    metrics.callback(metric, {}, [&counter] { return figure(counter); });
  };
  watch(Metric::kHttpConnections, stats.connections_open);
  watch(Metric::kHttpConnectionsAccepted, stats.connections_accepted);
  watch(Metric::kHttpConnectionsRefused, stats.connections_refused);
  watch(Metric::kHttpReceivedBytes, stats.octets_in);
  watch(Metric::kHttpSentBytes, stats.octets_out);
  watch(Metric::kHttpTimeouts, stats.timeouts);
  watch(Metric::kTlsHandshakeFailures, stats.handshake_failures);
  for (const int status : kRefusals) {
    const auto& counter = stats.refused[static_cast<std::size_t>(status - 400)];
    metrics.callback(Metric::kHttpRefused, {std::to_string(status)},
                     [&counter] { return figure(counter); });
  }
}

void watch_waiting(observe::Metrics& metrics, const http::HandlerPool* pool) {
  metrics.callback(Metric::kHttpWaiting, {},
                   [pool] { return pool == nullptr ? 0.0 : static_cast<double>(pool->waiting()); });
}

void watch_store(observe::Metrics& metrics, const store::Store& store) {
  metrics.callback(Metric::kStoreQueueLength, {},
                   [&store] { return static_cast<double>(store.statistics().queue_length); });
  metrics.callback(Metric::kStoreCommits, {},
                   [&store] { return static_cast<double>(store.statistics().commits); });
  metrics.callback(Metric::kStoreWrites, {},
                   [&store] { return static_cast<double>(store.statistics().writes); });
  metrics.callback(Metric::kStoreFailedWrites, {},
                   [&store] { return static_cast<double>(store.statistics().failed_writes); });
}

void watch_tokens(observe::Metrics& metrics, const auth::Verifier& verifier,
                  const enrollment::ProfileTokens& tokens) {
  metrics.callback(Metric::kTokenCacheHits, {},
                   [&verifier] { return static_cast<double>(verifier.counts().cached); });
  metrics.callback(Metric::kTokenCacheMisses, {}, [&verifier] {
    const auth::Verifier::Counts counts = verifier.counts();
    return static_cast<double>(counts.verified + counts.refused);
  });
  metrics.callback(Metric::kKeyFetchFailures, {},
                   [&verifier] { return static_cast<double>(verifier.counts().failed_fetches); });
  metrics.callback(Metric::kTokensCreated, {},
                   [&tokens] { return static_cast<double>(tokens.made()); });
}

void watch_log(observe::Metrics& metrics, const observe::Log& log) {
  metrics.callback(Metric::kLogLinesDropped, {},
                   [&log] { return static_cast<double>(log.dropped()); });
}

http::Response metrics_reply(const http::Request& request, const observe::Metrics& metrics) {
  const bool reading = request.method == "GET" || request.method == "HEAD";
  http::Response response;
  if (!reading || request.path() != "/metrics") {
    response.status = reading ? 404 : 405;
    if (!reading) response.add("Allow", "GET, HEAD");
    return response;
  }
  response.body = metrics.text();
  response.add("Content-Type", std::string(observe::Metrics::kContentType));
  return response;
}

}  // namespace muster::app
