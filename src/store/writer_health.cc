#include "store/writer_health.h"

#include <utility>

namespace muster::store {
namespace {

constexpr std::chrono::milliseconds kProbePatience{250};

}  // namespace

base::Status WriterHealth::get(const std::function<void()>& wake) {
  std::unique_lock lock(mutex_);
  const auto as_status = [this] { return state_ ? base::Status(*state_) : base::done(); };
  if (std::chrono::steady_clock::now() - at_ < believed_) return as_status();
  const std::uint64_t before = notes_;
  probe_wanted_ = true;
  wake();
  const bool known = changed_.wait_for(lock, kProbePatience, [&] { return notes_ != before; });
  if (known || state_) return as_status();
  base::Error error = base::fail(base::ErrorCode::kUnavailable, "The store does not answer.");
  error.retry_after = std::chrono::seconds(1);
  return error;
}

void WriterHealth::note(std::optional<base::Error> error) {
  {
    const std::lock_guard lock(mutex_);
    state_ = std::move(error);
    at_ = std::chrono::steady_clock::now();
    ++notes_;
  }
  changed_.notify_all();
}

bool WriterHealth::take_probe() {
  const std::lock_guard lock(mutex_);
  return std::exchange(probe_wanted_, false);
}

bool WriterHealth::failing() const {
  const std::lock_guard lock(mutex_);
  return state_.has_value();
}

}  // namespace muster::store
