#include "http/handler_pool.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace muster::http {
namespace {

using Clock = std::chrono::steady_clock;
using Task = std::function<void()>;

using Post = std::function<bool(Task)>;

// What is done for one request: one thing at a time, as on a loop, on whichever thread is free.
class Strand : public std::enable_shared_from_this<Strand> {
 public:
  explicit Strand(Post post) : post_(std::move(post)) {}

  // The first thing, and then what was posted meanwhile.
  void begin(const Task& first);
  bool post(Task task);

 private:
  void run();

  const Post post_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool running_ = true;  // a thread is at it, or will be
};

void Strand::begin(const Task& first) {
  first();
  run();
}

bool Strand::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (std::exchange(running_, true)) return true;
  }
  if (post_([self = shared_from_this()] { self->run(); })) return true;
  std::deque<Task> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(tasks_);
  return false;
}

void Strand::run() {
  for (;;) {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) {
        running_ = false;
        return;
      }
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

// As the loop's, but for the way back.
class PoolSink final : public ResponseSink {
 public:
  PoolSink(std::shared_ptr<Strand> strand, Responder responder)
      : strand_(std::move(strand)), responder_(std::move(responder)) {}
  void answer(Response&& response) override { (*responder_)(std::move(response)); }
  void abandon() override { responder_.reset(); }
  bool post(Task task) override { return strand_->post(std::move(task)); }

 private:
  const std::shared_ptr<Strand> strand_;
  std::optional<Responder> responder_;
};

struct Waiting {
  Request request;
  Responder responder;
  Clock::time_point since;
};

}  // namespace

// Shared with the Responders, which may outlive the pool.
struct HandlerPool::State : std::enable_shared_from_this<HandlerPool::State> {
  State(const HandlerPoolOptions& given, Handler of_pool, Handler when_busy)
      : options(given), handler(std::move(of_pool)), busy(std::move(when_busy)) {}

  void run();
  void answer(Waiting next);
  bool post(Task task);

  const HandlerPoolOptions options;
  const Handler handler;
  const Handler busy;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> begun;  // what goes on with requests: before those that were not begun
  std::deque<Waiting> waiting;
  bool closing = false;  // who finds nothing to do ends
  bool closed = false;   // nobody is left to do anything
  std::vector<std::thread> threads;
};

bool HandlerPool::State::post(Task task) {
  {
    const std::lock_guard lock(mutex);
    if (closed) return false;
    begun.push_back(std::move(task));
  }
  changed.notify_one();
  return true;
}

void HandlerPool::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return closing || !begun.empty() || !waiting.empty(); });
    if (!begun.empty()) {
      const Task task = std::move(begun.front());
      begun.pop_front();
      lock.unlock();
      task();
    } else if (!waiting.empty()) {
      Waiting next = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      answer(std::move(next));
    } else {
      return;
    }
    lock.lock();
  }
}

void HandlerPool::State::answer(Waiting next) {
  if (Clock::now() - next.since >= options.patience) {
    return busy(std::move(next.request), std::move(next.responder));
  }
  const auto strand = std::make_shared<Strand>([weak = weak_from_this()](Task task) {
    const auto state = weak.lock();
    return state != nullptr && state->post(std::move(task));
  });
  Responder responder(std::make_shared<PoolSink>(strand, std::move(next.responder)));
  strand->begin([&] {
    try {
      handler(std::move(next.request), std::move(responder));
    } catch (const std::exception&) {
      // The Responder went down with the handler and has sent 500.
    }
  });
}

HandlerPool::HandlerPool(const HandlerPoolOptions& options, Handler handler, Handler busy)
    : state_(std::make_shared<State>(options, std::move(handler), std::move(busy))) {
  for (std::size_t i = 0; i < options.threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->run(); });
  }
}

HandlerPool::~HandlerPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
  std::deque<Task> late;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    late.swap(state_->begun);
  }
  for (const Task& task : late) task();
}

void HandlerPool::handle(Request&& request, Responder responder) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() < state_->options.waiting) {
      state_->waiting.push_back({std::move(request), std::move(responder), Clock::now()});
      state_->changed.notify_one();
      return;
    }
  }
  state_->busy(std::move(request), std::move(responder));
}

std::size_t HandlerPool::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waiting.size();
}

}  // namespace muster::http
