// How far a long command is, on a terminal and nowhere else.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace muster::app {

// One line that is drawn again when the percentage changes, and gone at the end. Draws nothing
// when not `shown`.
class ProgressBar {
 public:
  ProgressBar(std::ostream& out, bool shown, std::string what)
      : out_(out), shown_(shown), what_(std::move(what)) {}
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done, std::uint64_t all);
  // Takes the line away, so that something else can be said.
  void clear();

 private:
  std::ostream& out_;
  bool shown_;
  std::string what_;
  int percent_ = -1;
};

// Whether standard error is a terminal.
[[nodiscard]] bool errors_on_terminal();

// "312 octets", "1.4 MB": decimal units, two digits or more.
[[nodiscard]] std::string readable_size(std::uint64_t octets);

}  // namespace muster::app
