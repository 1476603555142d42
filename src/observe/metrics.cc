#include "observe/metrics.h"

#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace muster::observe {
namespace {

// 1.024 us to 8.6 s for times, 1 to 8,388,608 for counts.
unsigned first_bit(MetricUnit unit) {
  return unit == MetricUnit::kNanoseconds ? 10 : 0;
}

double in_exposition(MetricUnit unit, std::uint64_t value) {
  const auto real = static_cast<double>(value);
  return unit == MetricUnit::kNanoseconds ? real / 1e9 : real;
}

void append_label_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n')
      out += "\\n";
    else if (c == '"' || c == '\\')
      out.append(1, '\\').append(1, c);
    else
      out += c;
  }
}

// `a="1",b="2"` without braces, so that a histogram can add `le`.
std::string label_text(const MetricRow& row, Metrics::Labels values) {
  std::string text;
  const auto* name = row.labels.begin();
  for (const std::string_view value : values) {
    if (!text.empty()) text += ',';
    text.append(*name++).append("=\"");
    append_label_value(text, value);
    text += '"';
  }
  return text;
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix,
                   std::string_view labels, double value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  fmt::format_to(std::back_inserter(out), " {}\n", value);
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix,
                   std::string_view labels, std::uint64_t value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  fmt::format_to(std::back_inserter(out), " {}\n", value);
}

}  // namespace

struct Metrics::Series {
  Metric metric;
  std::string labels;
  std::optional<std::size_t> cell = {};
  std::function<double()> read = {};
};

Metrics::Metrics() : cells_(Cells::create()) {}
Metrics::~Metrics() = default;

Metrics::Series& Metrics::find_or_add(Metric metric, Labels values) {
  std::string labels = label_text(row(metric), values);
  for (const auto& series : series_) {
    if (series->metric == metric && series->labels == labels) return *series;
  }
  series_.push_back(std::make_unique<Series>(Series{metric, std::move(labels)}));
  return *series_.back();
}

Metrics::Series& Metrics::with_cells(Metric metric, Labels values, std::size_t count) {
  Series& series = find_or_add(metric, values);
  if (!series.cell) series.cell = cells_->reserve(count);
  return series;
}

Counter Metrics::counter(Metric metric, Labels values) {
  const std::scoped_lock lock(mutex_);
  return {cells_.get(), *with_cells(metric, values, 1).cell};
}

Histogram Metrics::histogram(Metric metric, Labels values) {
  const std::scoped_lock lock(mutex_);
  const Series& series = with_cells(metric, values, Histogram::kCells);
  return {cells_.get(), *series.cell, first_bit(row(metric).unit)};
}

void Metrics::callback(Metric metric, Labels values, std::function<double()> read) {
  const std::scoped_lock lock(mutex_);
  find_or_add(metric, values).read = std::move(read);
}

std::string Metrics::text() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  out.reserve(std::size_t{16} * 1024);
  for (const MetricRow& row : metric_table()) append_metric(out, row);
  return out;
}

void Metrics::append_metric(std::string& out, const MetricRow& row) const {
  bool headed = false;
  for (const auto& series : series_) {
    if (series->metric != row.metric) continue;
    if (!std::exchange(headed, true)) {
      fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", row.name, row.help,
                     row.name, name_of(row.type));
    }
    if (series->read) {
      append_sample(out, row.name, "", series->labels, series->read());
    } else if (row.type == MetricType::kHistogram) {
      append_histogram(out, row, *series);
    } else {
      append_sample(out, row.name, "", series->labels, cells_->total(*series->cell));
    }
  }
}

void Metrics::append_histogram(std::string& out, const MetricRow& row, const Series& series) const {
  const std::string prefix = series.labels.empty() ? "" : series.labels + ",";
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
    count += cells_->total(*series.cell + i);
    const std::uint64_t bound = std::uint64_t{1} << (first_bit(row.unit) + i);
    const std::string le = fmt::format("{}le=\"{}\"", prefix, in_exposition(row.unit, bound));
    append_sample(out, row.name, "_bucket", le, count);
  }
  count += cells_->total(*series.cell + Histogram::kBuckets);
  append_sample(out, row.name, "_bucket", prefix + "le=\"+Inf\"", count);
  const std::uint64_t sum = cells_->total(*series.cell + Histogram::kBuckets + 1);
  append_sample(out, row.name, "_sum", series.labels, in_exposition(row.unit, sum));
  append_sample(out, row.name, "_count", series.labels, count);
}

StatusCounters::StatusCounters(Metrics& metrics, std::string route, std::string method)
    : metrics_(&metrics), route_(std::move(route)), method_(std::move(method)) {}

void StatusCounters::add(int status) {
  const std::size_t slot =
      status >= 100 && status < 599 ? static_cast<std::size_t>(status - 100) : cells_.size() - 1;
  std::size_t cell = cells_[slot].load(std::memory_order_relaxed);
  if (cell == 0) {
    const std::string text = fmt::format("{}", slot + 100);
    cell = metrics_->counter(Metric::kHttpRequests, {route_, method_, text}).index_ + 1;
    cells_[slot].store(cell, std::memory_order_relaxed);
  }
  metrics_->cells_->add(cell - 1, 1);
}

}  // namespace muster::observe
