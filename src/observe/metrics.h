// The registry behind /metrics (Prometheus text format 0.0.4): counters and histograms that cost a
// few nanoseconds, gauges that are asked when somebody looks. Which metrics exist, and their
// sentences, is metric_names.h.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "observe/cells.h"
#include "observe/metric_names.h"

namespace muster::observe {

// A handle, cheap to copy; must not be used after its registry. Default made, it does nothing.
class Counter {
 public:
  Counter() = default;
  void add(std::uint64_t by = 1) const {
    if (cells_ != nullptr) cells_->add(index_, by);
  }

 private:
  friend class Metrics;
  friend class StatusCounters;
  Counter(Cells* cells, std::size_t index) : cells_(cells), index_(index) {}
  Cells* cells_ = nullptr;
  std::size_t index_ = 0;
};

// As Counter. Bounds are powers of two, so that the bucket is found by counting bits.
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 24;  // and one for what is larger than every bound

  Histogram() = default;
  // In the unit of the metric's row.
  void observe(std::uint64_t value) const {
    if (cells_ == nullptr) return;
    cells_->add(index_ + bucket(value), 1);
    cells_->add(index_ + kBuckets + 1, value);
  }
  void observe(std::chrono::nanoseconds value) const {
    observe(static_cast<std::uint64_t>(value.count() < 0 ? 0 : value.count()));
  }

 private:
  friend class Metrics;
  static constexpr std::size_t kCells = kBuckets + 2;  // the sum comes last
  Histogram(Cells* cells, std::size_t index, unsigned first_bit)
      : cells_(cells), index_(index), first_bit_(first_bit) {}
  [[nodiscard]] std::size_t bucket(std::uint64_t value) const {
    const auto bits = value == 0 ? 0U : static_cast<unsigned>(std::bit_width(value - 1));
    return bits <= first_bit_ ? 0 : std::min<std::size_t>(bits - first_bit_, kBuckets);
  }
  Cells* cells_ = nullptr;
  std::size_t index_ = 0;
  unsigned first_bit_ = 0;  // the first bound is 1 << first_bit_
};

class Metrics;

// One counter for each HTTP status of one route and method, made when first needed. Must not be
// used after its registry.
class StatusCounters {
 public:
  StatusCounters(Metrics& metrics, std::string route, std::string method);
  // 100 to 599; others count as 599. Thread-safe.
  void add(int status);

 private:
  Metrics* metrics_;
  std::string route_;
  std::string method_;
  std::array<std::atomic<std::size_t>, 500> cells_{};  // cell + 1; 0: none yet
};

// Thread-safe. Asking again for the same metric and labels gives the same series.
class Metrics {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";
  using Labels = std::initializer_list<std::string_view>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `values`: one for each label of the metric's row, in its order. Precondition: the row's type.
  // Keep the handle; this takes a lock.
  [[nodiscard]] Counter counter(Metric metric, Labels values = {});
  [[nodiscard]] Histogram histogram(Metric metric, Labels values = {});

  // A gauge, or a counter kept elsewhere, asked at each text(), on that thread. `read` must not
  // throw nor call this object, and what it uses must outlive it.
  void callback(Metric metric, Labels values, std::function<double()> read);

  // All series in the order of the table, those of one metric in the order they were made.
  [[nodiscard]] std::string text() const;

 private:
  friend class StatusCounters;
  struct Series;
  Series& find_or_add(Metric metric, Labels values);
  Series& with_cells(Metric metric, Labels values, std::size_t count);
  void append_metric(std::string& out, const MetricRow& row) const;
  void append_histogram(std::string& out, const MetricRow& row, const Series& series) const;

  std::shared_ptr<Cells> cells_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Series>> series_;
};

}  // namespace muster::observe
