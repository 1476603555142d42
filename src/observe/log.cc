#include "observe/log.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace muster::observe {
namespace {

// How long the writer lets lines gather once there is one: fewer system calls under load, and
// nobody misses five milliseconds.
constexpr auto kGather = std::chrono::milliseconds(5);

// The lines of one thread that are not yet written.
struct Buffer {
  std::mutex mutex;
  std::string lines;
  Stamp stamp;
  bool thread_ended = false;
};

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// The buffers that one thread has, one for each log it wrote to.
class Leases {
 public:
  Leases() = default;
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases() {
    for (const auto& [owner, buffer] : leases_) {
      const std::scoped_lock lock(buffer->mutex);
      buffer->thread_ended = true;
    }
  }
  [[nodiscard]] std::shared_ptr<Buffer> find(std::uint64_t owner) {
    // A log that is gone holds its buffers no more.
    std::erase_if(leases_, [](const auto& lease) { return lease.second.use_count() == 1; });
    for (const auto& [id, buffer] : leases_) {
      if (id == owner) return buffer;
    }
    return nullptr;
  }
  void add(std::uint64_t owner, std::shared_ptr<Buffer> buffer) {
    leases_.emplace_back(owner, std::move(buffer));
  }

 private:
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Buffer>>> leases_;
};

struct Mine {
  std::uint64_t owner;
  Buffer* buffer;
};
constinit thread_local Mine mine{0, nullptr};

bool wait_until_writable(int descriptor) {
  pollfd entry{descriptor, POLLOUT, 0};
  return ::poll(&entry, 1, -1) > 0 || errno == EINTR;
}

// Returns what could not be written.
std::string_view write_all(int descriptor, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor, octets.data(), octets.size());
    if (written >= 0) {
      octets.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      if (!wait_until_writable(descriptor)) break;
    } else if (errno != EINTR) {
      break;
    }
  }
  return octets;
}

}  // namespace

struct Log::State {
  State(LogOptions given, const base::Clock& time) : options(std::move(given)), clock(time) {}

  Buffer& buffer();
  void append(Level level, Name event, std::initializer_list<Field> fields);
  void wake();
  void run();
  // Order of locks: output, then a buffer.
  void drain(Buffer& buffer);
  void drain_all();
  void report_dropped();
  void put(std::string_view lines);

  const LogOptions options;
  const base::Clock& clock;
  const std::uint64_t id = next_id();

  std::mutex buffers_mutex;
  std::vector<std::shared_ptr<Buffer>> buffers;

  std::mutex output_mutex;
  std::string outgoing;        // under output_mutex
  std::uint64_t reported = 0;  // under output_mutex
  std::atomic<std::uint64_t> dropped{0};

  std::mutex wake_mutex;
  std::condition_variable awake;
  std::atomic<bool> pending{false};
  bool stopping = false;  // under wake_mutex
  std::thread writer;
};

Buffer& Log::State::buffer() {
  if (mine.owner == id) return *mine.buffer;
  thread_local Leases leases;
  std::shared_ptr<Buffer> found = leases.find(id);
  if (!found) {
    found = std::make_shared<Buffer>();
    leases.add(id, found);
    const std::scoped_lock lock(buffers_mutex);
    buffers.push_back(found);
  }
  mine = {id, found.get()};
  return *found;
}

void Log::State::append(Level level, Name event, std::initializer_list<Field> fields) {
  Buffer& own = buffer();
  bool full = false;
  {
    const std::scoped_lock lock(own.mutex);
    const std::size_t before = own.lines.size();
    append_line(own.lines, options.format, own.stamp, clock.now(), level, event, fields);
    full = own.lines.size() > options.buffer_octets;
    if (full && level != Level::kError) {
      own.lines.resize(before);
      dropped.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (full && level == Level::kError) drain(own);
  wake();
}

void Log::State::wake() {
  // When the writer clears the flag it has yet to look at every buffer, so a line that was added
  // before finding the flag set will be seen.
  if (pending.load() || pending.exchange(true)) return;
  const std::scoped_lock lock(wake_mutex);
  awake.notify_one();
}

void Log::State::run() {
  for (;;) {
    {
      std::unique_lock lock(wake_mutex);
      awake.wait(lock, [this] { return pending.load() || stopping; });
      awake.wait_for(lock, kGather, [this] { return stopping; });
      if (stopping) return;
    }
    pending.store(false);
    drain_all();
  }
}

void Log::State::drain(Buffer& buffer) {
  const std::scoped_lock output(output_mutex);
  outgoing.clear();
  {
    const std::scoped_lock lock(buffer.mutex);
    outgoing.swap(buffer.lines);
  }
  put(outgoing);
}

void Log::State::drain_all() {
  std::vector<std::shared_ptr<Buffer>> all;
  {
    const std::scoped_lock lock(buffers_mutex);
    all = buffers;
  }
  for (const auto& buffer : all) drain(*buffer);
  report_dropped();
  const std::scoped_lock lock(buffers_mutex);
  std::erase_if(buffers, [](const auto& buffer) {
    const std::scoped_lock own(buffer->mutex);
    return buffer->thread_ended && buffer->lines.empty();
  });
}

void Log::State::report_dropped() {
  const std::scoped_lock output(output_mutex);
  const std::uint64_t now_dropped = dropped.load(std::memory_order_relaxed);
  if (now_dropped == reported) return;
  Stamp stamp;
  std::string line;
  const Field count = field("lines", now_dropped - reported);
  append_line(line, options.format, stamp, clock.now(), Level::kWarning, "log_lines_dropped",
              {&count, 1});
  reported = now_dropped;
  put(line);
}

void Log::State::put(std::string_view lines) {
  if (lines.empty()) return;
  if (options.sink) {
    options.sink(lines);
    return;
  }
  const std::string_view lost = write_all(options.descriptor, lines);
  if (lost.empty()) return;
  const auto count = static_cast<std::uint64_t>(std::count(lost.begin(), lost.end(), '\n'));
  dropped.fetch_add(count, std::memory_order_relaxed);
  // Saying so would fail as well, and be counted, and so on for ever.
  reported += count;
}

Log::Log(LogOptions options, const base::Clock& clock)
    : level_(options.level), state_(std::make_shared<State>(std::move(options), clock)) {
  state_->writer = std::thread([state = state_.get()] { state->run(); });
}

Log::~Log() {
  {
    const std::scoped_lock lock(state_->wake_mutex);
    state_->stopping = true;
    state_->awake.notify_one();
  }
  state_->writer.join();
  state_->drain_all();
}

void Log::write(Level level, Name event, std::initializer_list<Field> fields) {
  state_->append(level, event, fields);
}

void Log::flush() {
  state_->drain_all();
}

std::uint64_t Log::dropped() const {
  return state_->dropped.load(std::memory_order_relaxed);
}

}  // namespace muster::observe
