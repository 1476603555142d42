#include "est/telemetry.h"

#include <algorithm>
#include <string>

namespace muster::est {

using observe::Metric;

Telemetry::Telemetry(observe::Log& log, observe::Metrics& metrics, bool log_requests)
    : log_(log),
      log_requests_(log_requests),
      enrolled_(metrics.counter(Metric::kEnrollments, {"enrolled"})),
      renewed_(metrics.counter(Metric::kEnrollments, {"renewed"})),
      pending_(metrics.counter(Metric::kEnrollments, {"pending"})),
      refused_(metrics.counter(Metric::kEnrollments, {"refused"})),
      failed_(metrics.counter(Metric::kEnrollments, {"failed"})) {
  for (std::size_t operation = 0; operation < kOperations; ++operation) {
    for (std::size_t digit = 2; digit < requests_[operation].size(); ++digit) {
      requests_[operation][digit] = metrics.counter(
          Metric::kEstRequests,
          {name_of(static_cast<Operation>(operation)), std::to_string(digit) + "xx"});
    }
  }
}

void Telemetry::count(Operation operation, int status) {
  const auto digit = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  requests_[static_cast<std::size_t>(operation)][digit].add();
  const bool enroll = operation == Operation::kSimpleEnroll;
  if (!enroll && operation != Operation::kSimpleReenroll) return;
  if (status == 200) return (enroll ? enrolled_ : renewed_).add();
  if (status == 202) return pending_.add();
  (digit == 5 ? failed_ : refused_).add();
}

void Telemetry::answered(Operation operation, const http::Request& request,
                         const http::Response& response, std::string_view tenant,
                         std::chrono::nanoseconds took) {
  count(operation, response.status);
  if (!log_requests_) return;
  using observe::field;
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took);
  log_.info("request", {field("method", request.method), field("path", request.path()),
                        field("route", name_of(operation)), field("status", response.status),
                        field("bytes", response.body.size()), field("us", microseconds.count()),
                        field("remote", request.remote), field("tenant", tenant),
                        field("request_id", request.request_id)});
}

void Telemetry::failed(const http::Request& request, std::string_view message) {
  log_.error("request_failed", {observe::field("request_id", request.request_id),
                                observe::field("message", message)});
}

}  // namespace muster::est
