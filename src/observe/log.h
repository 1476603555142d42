// The program's log: structured events, one line each, to one file descriptor. A caller formats
// into a buffer of its own thread and goes on; one writer thread writes. Memory is bounded,
// requests are never held up: when a thread's buffer is full its lines are counted and dropped,
// except errors, which are then written by the caller itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "observe/log_line.h"

namespace muster::observe {

struct LogOptions {
  Format format = Format::kJson;
  Level level = Level::kInfo;  // events beyond it are not formatted at all
  int descriptor = 2;          // stays the caller's; standard error unless told otherwise
  std::size_t buffer_octets = std::size_t{256} * 1024;  // of each thread
  // Takes whole lines instead of `descriptor`, for tests. Called by one thread at a time.
  std::function<void(std::string_view lines)> sink = {};
};

// Thread-safe. log.info("token_created", {field("profile", id), field("status", 201)});
class Log {
 public:
  // `clock` must outlive the log.
  Log(LogOptions options, const base::Clock& clock);
  // Writes what is left.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] bool enabled(Level level) const {
    return level <= level_.load(std::memory_order_relaxed);
  }
  void set_level(Level level) { level_ = level; }

  void error(Name event, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::kError)) write(Level::kError, event, fields);
  }
  void warning(Name event, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::kWarning)) write(Level::kWarning, event, fields);
  }
  void info(Name event, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::kInfo)) write(Level::kInfo, event, fields);
  }
  void debug(Name event, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::kDebug)) write(Level::kDebug, event, fields);
  }

  // Returns once every event logged before the call is written. Blocks on the descriptor.
  void flush();

  // Lines dropped since the start because a buffer was full or the descriptor failed.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct State;
  void write(Level level, Name event, std::initializer_list<Field> fields);

  std::atomic<Level> level_;
  std::shared_ptr<State> state_;
};

}  // namespace muster::observe
