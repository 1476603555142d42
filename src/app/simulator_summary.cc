#include "app/simulator_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include <boost/json.hpp>

#include "app/print.h"

namespace muster::app {
namespace {

namespace json = boost::json;
using Times = std::vector<std::chrono::microseconds>;

constexpr std::array<std::pair<const char*, double>, 3> kPercentiles = {
    {{"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}}};

// Milliseconds within which that share of the sorted times lies (nearest rank).
double percentile(const Times& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1].count()) / 1000;
}

Times sorted(Times times) {
  std::ranges::sort(times);
  return times;
}

std::string fixed(double value, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

double rate(const SimulatorTally& tally) {
  return tally.elapsed.count() > 0 ? static_cast<double>(tally.enrolled) / tally.elapsed.count()
                                   : 0;
}

std::string times_for_people(const Times& given) {
  if (given.empty()) return "-";
  const Times times = sorted(given);
  std::string out;
  for (const auto& [name, share] : kPercentiles) {
    out += std::string(out.empty() ? "" : ", ") + name + " " + fixed(percentile(times, share), 2);
  }
  return out + " ms";
}

json::value times_for_programs(const Times& given) {
  if (given.empty()) return nullptr;
  const Times times = sorted(given);
  json::object out;
  for (const auto& [name, share] : kPercentiles) out[name] = percentile(times, share);
  return out;
}

std::string said(const Refusal& refusal) {
  std::string out = refusal.step;
  if (refusal.status != 0) out += " " + std::to_string(refusal.status);
  return refusal.reason.empty() ? out : out + ": " + refusal.reason;
}

}  // namespace

std::string summary_for_people(const SimulatorTally& tally) {
  using Rows = std::vector<std::vector<std::string>>;
  Rows rows = {{"devices", std::to_string(tally.begun)},
               {"enrolled", std::to_string(tally.enrolled)},
               {"pending", std::to_string(tally.pending)},
               {"renewed", std::to_string(tally.renewed)},
               {"reported", std::to_string(tally.reported)},
               {"failed", std::to_string(tally.failed)},
               {"time", fixed(tally.elapsed.count(), 2) + " s, " + fixed(rate(tally), 0) +
                            " enrolments a second"},
               {"enrolment call", times_for_people(tally.enrol_calls)},
               {"TLS set-up", times_for_people(tally.handshakes)}};
  if (tally.interrupted) rows.push_back({"interrupted", "yes"});
  std::string out = aligned_table(rows);
  for (const auto& [refusal, count] : tally.refusals) {
    out += std::to_string(count) + " x " + said(refusal) + "\n";
  }
  return out;
}

std::string summary_for_programs(const SimulatorTally& tally) {
  json::array refusals;
  for (const auto& [refusal, count] : tally.refusals) {
    refusals.push_back(json::object{{"step", refusal.step},
                                    {"status", refusal.status},
                                    {"reason", refusal.reason},
                                    {"count", count}});
  }
  return json::serialize(
             json::object{{"devices", tally.begun},
                          {"finished", tally.finished},
                          {"enrolled", tally.enrolled},
                          {"pending", tally.pending},
                          {"renewed", tally.renewed},
                          {"reported", tally.reported},
                          {"failed", tally.failed},
                          {"interrupted", tally.interrupted},
                          {"seconds", tally.elapsed.count()},
                          {"enrolmentsPerSecond", rate(tally)},
                          {"enrolmentCallMilliseconds", times_for_programs(tally.enrol_calls)},
                          {"tlsMilliseconds", times_for_programs(tally.handshakes)},
                          {"refusals", std::move(refusals)}}) +
         "\n";
}

std::string progress_line(const SimulatorTally& tally, std::size_t count) {
  constexpr std::size_t kCells = 30;
  const std::size_t ended = tally.finished + tally.pending + tally.failed;
  const std::size_t full = count == 0 ? kCells : kCells * std::min(ended, count) / count;
  std::string line = "[" + std::string(full, '#') + std::string(kCells - full, '.') + "] " +
                     std::to_string(ended) + "/" + std::to_string(count);
  if (tally.elapsed.count() > 0) line += "  " + fixed(rate(tally), 0) + "/s";
  if (tally.failed > 0) line += "  " + std::to_string(tally.failed) + " failed";
  return line.substr(0, 79);
}

}  // namespace muster::app
