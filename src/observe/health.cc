#include "observe/health.h"

#include <string_view>
#include <utility>

#include "observe/escape.h"

namespace muster::observe {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += '"';
  append_escaped(out, name);
  out += "\":\"";
  append_escaped(out, value);
  out += '"';
}

}  // namespace

void Health::add(std::string name, Probe probe, Check check) {
  const std::scoped_lock lock(mutex_);
  entries_.push_back({std::move(name), probe, std::move(check)});
}

void Health::start_draining() {
  const std::scoped_lock lock(mutex_);
  draining_ = true;
}

HealthReport Health::live() const {
  return report(Probe::kLive);
}

HealthReport Health::ready() const {
  return report(Probe::kReady);
}

HealthReport Health::report(Probe probe) const {
  const std::scoped_lock lock(mutex_);
  HealthReport report;
  std::string checks;
  const auto add = [&](std::string_view name, std::string_view value, bool ok) {
    if (!checks.empty()) checks += ',';
    append_member(checks, name, value);
    report.ok = report.ok && ok;
  };
  for (const Entry& entry : entries_) {
    if (probe == Probe::kLive && entry.probe != Probe::kLive) continue;
    const base::Status status = entry.check();
    add(entry.name, status ? std::string_view("ok") : status.error().message, status.ok());
  }
  if (probe == Probe::kReady && draining_) add("draining", "the service is stopping", false);
  report.json = R"({"status":")";
  report.json.append(report.ok ? "ok" : "unavailable").append(R"(","checks":{)");
  report.json.append(checks).append("}}");
  return report;
}

}  // namespace muster::observe
