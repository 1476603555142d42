// What is counted and logged about requests of devices.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <string_view>

#include "est/route.h"
#include "http/message.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace muster::est {

// Thread-safe. `log` and `metrics` must outlive it.
class Telemetry {
 public:
  Telemetry(observe::Log& log, observe::Metrics& metrics, bool log_requests);

  // Whether each request gets a line in the log.
  void log_requests(bool wanted) { log_requests_ = wanted; }

  // `tenant` is empty while it is not known.
  void answered(Operation operation, const http::Request& request, const http::Response& response,
                std::string_view tenant, std::chrono::nanoseconds took);
  // For 5xx: what the client is not told.
  void failed(const http::Request& request, std::string_view message);

 private:
  void count(Operation operation, int status);

  observe::Log& log_;
  std::atomic<bool> log_requests_;
  std::array<std::array<observe::Counter, 6>, kOperations> requests_;  // by first digit of status
  observe::Counter enrolled_;
  observe::Counter renewed_;
  observe::Counter pending_;
  observe::Counter refused_;
  observe::Counter failed_;
};

}  // namespace muster::est
