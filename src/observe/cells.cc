#include "observe/cells.h"

#include <algorithm>

namespace muster::observe {

// What one thread has borrowed, from however many stores; given back when the thread ends.
class Cells::Leases {
 public:
  Leases() = default;
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases() {
    for (const Lease& lease : leases_) {
      if (const auto cells = lease.cells.lock()) cells->give_back(lease.row);
    }
  }

  Row* find_or_take(Cells& cells) {
    std::erase_if(leases_, [](const Lease& lease) { return lease.cells.expired(); });
    for (const Lease& lease : leases_) {
      if (lease.owner == cells.id_) return lease.row;
    }
    leases_.push_back({cells.id_, cells.weak_from_this(), cells.take_row()});
    return leases_.back().row;
  }

 private:
  struct Lease {
    std::uint64_t owner;
    std::weak_ptr<Cells> cells;
    Row* row;
  };
  std::vector<Lease> leases_;
};

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Cells::Cells() : id_(next_id()) {}

std::shared_ptr<Cells> Cells::create() {
  return std::shared_ptr<Cells>(new Cells);
}

std::size_t Cells::reserve(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  const std::size_t first = std::min(used_, kCapacity - count);
  used_ = first + count;
  return first;
}

std::uint64_t Cells::total(std::size_t index) const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& row : rows_) sum += (*row)[index].load(std::memory_order_relaxed);
  return sum;
}

void Cells::attach() {
  thread_local Leases leases;
  mine.row = leases.find_or_take(*this);
  mine.owner = id_;
}

Cells::Row* Cells::take_row() {
  const std::scoped_lock lock(mutex_);
  if (free_rows_.empty()) {
    rows_.push_back(std::make_unique<Row>());
    return rows_.back().get();
  }
  Row* const row = free_rows_.back();
  free_rows_.pop_back();
  return row;
}

void Cells::give_back(Row* row) {
  const std::scoped_lock lock(mutex_);
  free_rows_.push_back(row);
}

}  // namespace muster::observe
