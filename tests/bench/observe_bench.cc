// What a log line, a counter and a histogram cost the thread that calls them. Lines go to
// /dev/null.
#include <cstdint>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace {

using muster::observe::field;

constexpr int kLines = 300'000;
constexpr int kCounts = 50'000'000;

double thread_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

template <typename Work>
double cost_of(int times, Work work) {
  const double start = thread_nanoseconds();
  for (int i = 0; i < times; ++i) work(i);
  return (thread_nanoseconds() - start) / times;
}

}  // namespace

int main() {
  const muster::base::SystemClock clock;
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  muster::observe::Log log({.descriptor = null, .buffer_octets = std::size_t{256} * 1024 * 1024},
                           clock);
  const std::string id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const auto line = [&](int number) {
    log.info("request", {field("method", "GET"),
                         field("path", "/beta/deviceManagement/androidForWorkEnrollmentProfiles"),
                         field("status", 200), field("request_id", id), field("us", number)});
  };
  cost_of(kLines, line);  // the buffers grow
  log.flush();
  std::printf("log line     %8.1f ns\n", cost_of(kLines, line));

  muster::observe::Metrics metrics;
  const auto counter = metrics.counter(muster::observe::Metric::kStoreCommits);
  std::printf("counter      %8.2f ns\n", cost_of(kCounts, [&](int) { counter.add(); }));
  const auto stage = metrics.histogram(muster::observe::Metric::kStageSeconds, {"parse"});
  std::printf("histogram    %8.2f ns\n",
              cost_of(kCounts, [&](int i) { stage.observe(static_cast<std::uint64_t>(i)); }));
  close(null);
  return 0;
}
