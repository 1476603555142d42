#include "app/progress_bar.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <unistd.h>

namespace muster::app {
namespace {

constexpr int kWidth = 40;  // cells of the bar

}  // namespace

void ProgressBar::clear() {
  if (shown_ && percent_ >= 0) out_ << "\r\x1b[K" << std::flush;
  percent_ = -1;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t all) {
  if (!shown_) return;
  const int percent = all == 0 ? 100
                               : static_cast<int>(100.0 * static_cast<double>(std::min(done, all)) /
                                                  static_cast<double>(all));
  if (percent == percent_) return;
  percent_ = percent;
  const auto full = static_cast<std::size_t>(percent * kWidth / 100);
  out_ << '\r' << what_ << " [" << std::string(full, '#') << std::string(kWidth - full, '.') << "] "
       << percent << " %\x1b[K" << std::flush;
}

bool errors_on_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

std::string readable_size(std::uint64_t octets) {
  if (octets < 1'000) return std::to_string(octets) + " octets";
  constexpr std::array kUnits = {"kB", "MB", "GB", "TB"};
  double amount = static_cast<double>(octets) / 1'000;
  std::size_t unit = 0;
  while (amount >= 999.5 && unit + 1 < kUnits.size()) {
    amount /= 1'000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), amount < 10 ? "%.1f %s" : "%.0f %s", amount,
                kUnits.at(unit));
  return text.data();
}

}  // namespace muster::app
