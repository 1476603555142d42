// What the service counts and logs about requests: series are registered once, so that a request
// pays for additions only.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace muster::graph {

// Rows of `muster_http_requests_total`. Paths never become labels.
enum class Route : std::uint8_t {
  kEntitySet,
  kReferences,
  kCount,
  kEntity,
  kAction,
  kRendition,
  kProperty,
  kFunction,
  kContainer,
  kToken,
  kDiscovery,
  kKeys,
  kHealth,
  kDescription,  // service document, $metadata, OpenAPI
  kBatch,
  kOther,
};
inline constexpr std::size_t kRoutes = 16;
[[nodiscard]] std::string_view route_name(Route route);

enum class Stage : std::uint8_t { kAuthorise, kParse, kPlan, kStore, kAnswer };
inline constexpr std::size_t kStages = 5;
[[nodiscard]] std::string_view stage_name(Stage stage);

// Thread-safe. `log` and `metrics` must outlive it.
class Telemetry {
 public:
  Telemetry(observe::Log& log, observe::Metrics& metrics, bool log_requests);

  // Whether each request gets a line in the log.
  void log_requests(bool wanted) { log_requests_ = wanted; }
  void stage(Stage stage, std::chrono::nanoseconds took) const {
    stages_[static_cast<std::size_t>(stage)].observe(took);
  }
  struct Answered {
    Route route;
    std::string_view method;
    std::string_view path;  // without the query, which may hold secrets
    std::string_view request_id;
    std::string_view remote;
    std::string_view tenant;
    std::string_view application;
    std::string_view batch = {};  // of a part of a batch: the request id of the batch
    int status;
    std::size_t octets;
    std::chrono::nanoseconds took;
  };
  void answered(const Answered& facts);
  [[nodiscard]] observe::Log& log() { return log_; }

 private:
  static constexpr std::size_t kMethods = 8;  // the seven that are known, and the others
  observe::Log& log_;
  std::atomic<bool> log_requests_;
  std::array<observe::Histogram, kStages> stages_;
  std::vector<std::unique_ptr<observe::StatusCounters>> statuses_;  // route-major
  std::array<observe::Counter, 6> batch_parts_;                     // by first digit of the status
};

}  // namespace muster::graph
