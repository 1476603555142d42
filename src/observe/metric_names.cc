#include "observe/metric_names.h"

namespace muster::observe {
namespace {

using enum Metric;
using enum MetricType;
using enum MetricUnit;

constexpr std::array kTable = {
    MetricRow{kHttpRequests,
              "muster_http_requests_total",
              kCounter,
              kOne,
              {"route", "method", "status"},
              "Requests answered by a route."},
    MetricRow{kBatchParts,
              "muster_batch_parts_total",
              kCounter,
              kOne,
              {"status"},
              "Requests answered as parts of a batch, by class of status; the batch itself counts "
              "as one request."},
    MetricRow{kStageSeconds,
              "muster_stage_seconds",
              kHistogram,
              kNanoseconds,
              {"stage"},
              "Time that one stage of a request took."},
    MetricRow{kHttpConnections,
              "muster_http_connections",
              kGauge,
              kOne,
              {},
              "Connections that are open."},
    MetricRow{kHttpConnectionsAccepted,
              "muster_http_connections_accepted_total",
              kCounter,
              kOne,
              {},
              "Connections accepted."},
    MetricRow{kHttpConnectionsRefused,
              "muster_http_connections_refused_total",
              kCounter,
              kOne,
              {},
              "Connections closed at once because the limit was reached."},
    MetricRow{
        kHttpWaiting,
        "muster_http_waiting_requests",
        kGauge,
        kOne,
        {},
        "Requests that wait for a thread; where the store is a database, for a connection to it."},
    MetricRow{kHttpRefused,
              "muster_http_refused_total",
              kCounter,
              kOne,
              {"status"},
              "Requests refused by the protocol layer before any route saw them."},
    MetricRow{kHttpReceivedBytes,
              "muster_http_received_bytes_total",
              kCounter,
              kOne,
              {},
              "Octets received, TLS included."},
    MetricRow{kHttpSentBytes,
              "muster_http_sent_bytes_total",
              kCounter,
              kOne,
              {},
              "Octets sent, TLS included."},
    MetricRow{kHttpTimeouts,
              "muster_http_timeouts_total",
              kCounter,
              kOne,
              {},
              "Connections ended by a deadline other than idle keep-alive."},
    MetricRow{kTlsHandshakeFailures,
              "muster_tls_handshake_failures_total",
              kCounter,
              kOne,
              {},
              "TLS handshakes that failed."},
    MetricRow{kStoreQueueLength,
              "muster_store_queue_length",
              kGauge,
              kOne,
              {},
              "Writes that wait for the store's writer."},
    MetricRow{kStoreCommitWrites,
              "muster_store_commit_writes",
              kHistogram,
              kOne,
              {},
              "Writes that shared one commit."},
    MetricRow{kStoreCommits,
              "muster_store_commits_total",
              kCounter,
              kOne,
              {},
              "Commits synced to the disk."},
    MetricRow{kStoreWrites,
              "muster_store_writes_total",
              kCounter,
              kOne,
              {},
              "Writes in the commits that were synced."},
    MetricRow{kStoreFailedWrites,
              "muster_store_failed_writes_total",
              kCounter,
              kOne,
              {},
              "Writes that the store refused or could not make: queue full, disk full, locked."},
    MetricRow{kTokensCreated,
              "muster_tokens_created_total",
              kCounter,
              kOne,
              {},
              "Enrolment tokens minted, by create and by createToken."},
    MetricRow{kEnrollments,
              "muster_enrollments_total",
              kCounter,
              kOne,
              {"outcome"},
              "Answers to enrolments and renewals by outcome: enrolled, renewed, pending, refused, "
              "failed. An answer that is sent again counts again."},
    MetricRow{kEstRequests,
              "muster_est_requests_total",
              kCounter,
              kOne,
              {"operation", "status"},
              "Requests of devices and for what is published about authorities, by operation and "
              "class of status."},
    MetricRow{kTokenCacheHits,
              "muster_token_cache_hits_total",
              kCounter,
              kOne,
              {},
              "Access tokens found verified already."},
    MetricRow{kTokenCacheMisses,
              "muster_token_cache_misses_total",
              kCounter,
              kOne,
              {},
              "Access tokens that had to be verified."},
    MetricRow{kKeyFetchFailures,
              "muster_key_fetch_failures_total",
              kCounter,
              kOne,
              {},
              "Fetches of keys for access tokens that failed."},
    MetricRow{kLogLinesDropped,
              "muster_log_lines_dropped_total",
              kCounter,
              kOne,
              {},
              "Log lines dropped because a buffer was full or the log could not be written."},
    MetricRow{kBuildInfo,
              "muster_build_info",
              kGauge,
              kOne,
              {"version"},
              "Always 1; the label says which version runs."},
    MetricRow{kProcessResidentMemory,
              "process_resident_memory_bytes",
              kGauge,
              kOne,
              {},
              "Resident memory."},
    MetricRow{
        kProcessOpenFds, "process_open_fds", kGauge, kOne, {}, "File descriptors that are open."},
    MetricRow{
        kProcessMaxFds, "process_max_fds", kGauge, kOne, {}, "File descriptors that may be open."},
    MetricRow{kProcessThreads, "process_threads", kGauge, kOne, {}, "Threads that exist."},
    MetricRow{kProcessCpuSeconds,
              "process_cpu_seconds_total",
              kCounter,
              kOne,
              {},
              "Processor time used, user and system."},
    MetricRow{kProcessStartTime,
              "process_start_time_seconds",
              kGauge,
              kOne,
              {},
              "Start of the process in seconds since 1970-01-01."},
};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].metric) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order(), "row(metric) indexes the table by the enumerator");

}  // namespace

const MetricRow& row(Metric metric) {
  return kTable[static_cast<std::size_t>(metric)];
}

std::span<const MetricRow> metric_table() {
  return kTable;
}

std::string_view name_of(MetricType type) {
  constexpr std::array<std::string_view, 3> kNames = {"counter", "gauge", "histogram"};
  return kNames[static_cast<std::size_t>(type)];
}

}  // namespace muster::observe
