// The table of every series that /metrics can show: name, type, labels and one sentence. The
// registry knows no others, and docs/metrics.md is rendered from it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace muster::observe {

enum class Metric : std::uint8_t {
  kHttpRequests,
  kBatchParts,
  kStageSeconds,
  kHttpConnections,
  kHttpConnectionsAccepted,
  kHttpConnectionsRefused,
  kHttpWaiting,
  kHttpRefused,
  kHttpReceivedBytes,
  kHttpSentBytes,
  kHttpTimeouts,
  kTlsHandshakeFailures,
  kStoreQueueLength,
  kStoreCommitWrites,
  kStoreCommits,
  kStoreWrites,
  kStoreFailedWrites,
  kTokensCreated,
  kEnrollments,
  kEstRequests,
  kTokenCacheHits,
  kTokenCacheMisses,
  kKeyFetchFailures,
  kLogLinesDropped,
  kBuildInfo,
  kProcessResidentMemory,
  kProcessOpenFds,
  kProcessMaxFds,
  kProcessThreads,
  kProcessCpuSeconds,
  kProcessStartTime,
};

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

// What one unit given to Histogram::observe() is worth in the exposition.
enum class MetricUnit : std::uint8_t { kOne, kNanoseconds };

struct MetricRow {
  Metric metric;
  std::string_view name;
  MetricType type;
  MetricUnit unit;
  std::array<std::string_view, 3> labels;  // names, in the order values are given; empty: none
  std::string_view help;
};

[[nodiscard]] const MetricRow& row(Metric metric);
[[nodiscard]] std::span<const MetricRow> metric_table();
[[nodiscard]] std::string_view name_of(MetricType type);

}  // namespace muster::observe
