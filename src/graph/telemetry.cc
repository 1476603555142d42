#include "graph/telemetry.h"

#include <algorithm>
#include <string>

namespace muster::graph {
namespace {

constexpr std::array<std::string_view, 8> kMethodNames = {"GET", "HEAD",   "POST",    "PATCH",
                                                          "PUT", "DELETE", "OPTIONS", "other"};

std::size_t method_index(std::string_view method) {
  const auto* const found = std::find(kMethodNames.begin(), kMethodNames.end() - 1, method);
  return static_cast<std::size_t>(found - kMethodNames.begin());
}

}  // namespace

std::string_view route_name(Route route) {
  switch (route) {
    case Route::kEntitySet:
      return "set";
    case Route::kReferences:
      return "set/$ref";
    case Route::kCount:
      return "set/$count";
    case Route::kEntity:
      return "entity";
    case Route::kAction:
      return "action";
    case Route::kRendition:
      return "rendition";
    case Route::kProperty:
      return "property";
    case Route::kFunction:
      return "function";
    case Route::kContainer:
      return "singleton";
    case Route::kToken:
      return "token";
    case Route::kDiscovery:
      return "discovery";
    case Route::kKeys:
      return "keys";
    case Route::kHealth:
      return "health";
    case Route::kDescription:
      return "description";
    case Route::kBatch:
      return "$batch";
    case Route::kOther:
      return "other";
  }
  return {};
}

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::kAuthorise:
      return "authorise";
    case Stage::kParse:
      return "parse";
    case Stage::kPlan:
      return "plan";
    case Stage::kStore:
      return "store";
    case Stage::kAnswer:
      return "answer";
  }
  return {};
}

Telemetry::Telemetry(observe::Log& log, observe::Metrics& metrics, bool log_requests)
    : log_(log), log_requests_(log_requests) {
  for (std::size_t i = 0; i < kStages; ++i) {
    stages_[i] =
        metrics.histogram(observe::Metric::kStageSeconds, {stage_name(static_cast<Stage>(i))});
  }
  for (std::size_t digit = 2; digit < batch_parts_.size(); ++digit) {
    batch_parts_[digit] =
        metrics.counter(observe::Metric::kBatchParts, {std::to_string(digit) + "xx"});
  }
  for (std::size_t route = 0; route < kRoutes; ++route) {
    for (const std::string_view method : kMethodNames) {
      statuses_.push_back(std::make_unique<observe::StatusCounters>(
          metrics, std::string(route_name(static_cast<Route>(route))), std::string(method)));
    }
  }
}

void Telemetry::answered(const Answered& facts) {
  if (facts.batch.empty()) {
    statuses_[static_cast<std::size_t>(facts.route) * kMethods + method_index(facts.method)]->add(
        facts.status);
  } else {
    batch_parts_.at(static_cast<std::size_t>(std::clamp(facts.status / 100, 0, 5))).add();
  }
  if (!log_requests_) return;
  using observe::field;
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(facts.took);
  if (!facts.batch.empty()) {
    // Where it came from and by whom stands in the line of the batch, but for parts that brought a
    // token of their own.
    return log_.info("batch_part",
                     {field("method", facts.method), field("path", facts.path),
                      field("route", route_name(facts.route)), field("status", facts.status),
                      field("bytes", facts.octets), field("us", microseconds.count()),
                      field("tenant", facts.tenant), field("application", facts.application),
                      field("request_id", facts.request_id), field("batch", facts.batch)});
  }
  log_.info("request",
            {field("method", facts.method), field("path", facts.path),
             field("route", route_name(facts.route)), field("status", facts.status),
             field("bytes", facts.octets), field("us", microseconds.count()),
             field("remote", facts.remote), field("tenant", facts.tenant),
             field("application", facts.application), field("request_id", facts.request_id)});
}

}  // namespace muster::graph
