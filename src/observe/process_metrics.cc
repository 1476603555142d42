#include "observe/process_metrics.h"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace muster::observe {
namespace {

// Fields of /proc/self/stat (proc(5)), counted from the one after the command's name, number 3.
constexpr std::size_t kUserTicks = 14 - 3;
constexpr std::size_t kSystemTicks = 15 - 3;
constexpr std::size_t kThreads = 20 - 3;
constexpr std::size_t kStartTicks = 22 - 3;
constexpr std::size_t kResidentPages = 24 - 3;

double stat_field(std::size_t index) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // The name may hold blanks and parentheses; the last `)` ends it.
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return 0;
  std::istringstream rest(line.substr(end + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  std::uint64_t value = 0;
  if (index < fields.size()) {
    const std::string& text = fields[index];
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  return static_cast<double>(value);
}

double ticks_per_second() {
  return static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_seconds() {
  return (stat_field(kUserTicks) + stat_field(kSystemTicks)) / ticks_per_second();
}

double resident_octets() {
  return stat_field(kResidentPages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  if (error) return 0;
  // One of them is the folder being read.
  return static_cast<double>(std::distance(begin(all), end(all)) - 1);
}

double most_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double seconds_on(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// /proc/stat says it too, but a service that is shut in sees of /proc only what is its own.
double boot_time() {
  return seconds_on(CLOCK_REALTIME) - seconds_on(CLOCK_BOOTTIME);
}

}  // namespace

void register_process_metrics(Metrics& metrics) {
  const double start = boot_time() + stat_field(kStartTicks) / ticks_per_second();
  metrics.callback(Metric::kBuildInfo, {MUSTER_VERSION}, [] { return 1.0; });
  metrics.callback(Metric::kProcessResidentMemory, {}, resident_octets);
  metrics.callback(Metric::kProcessOpenFds, {}, open_descriptors);
  metrics.callback(Metric::kProcessMaxFds, {}, most_descriptors);
  metrics.callback(Metric::kProcessThreads, {}, [] { return stat_field(kThreads); });
  metrics.callback(Metric::kProcessCpuSeconds, {}, cpu_seconds);
  metrics.callback(Metric::kProcessStartTime, {}, [start] { return start; });
}

}  // namespace muster::observe
