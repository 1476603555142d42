// Numbers that many threads raise without touching each other: every thread has its own row of
// cells, written by it alone with relaxed order; a reader adds the rows up.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace muster::observe {

// Thread-safe. Rows outlive their threads and are handed on to later ones, so sums never fall.
class Cells : public std::enable_shared_from_this<Cells> {
 public:
  static constexpr std::size_t kCapacity = 8192;
  using Row = std::array<std::atomic<std::uint64_t>, kCapacity>;

  [[nodiscard]] static std::shared_ptr<Cells> create();
  Cells(const Cells&) = delete;
  Cells& operator=(const Cells&) = delete;

  // The first of `count` neighbouring cells, all zero. The last cells are shared by whoever comes
  // when the capacity is used up: such sums are wrong, but nothing breaks.
  [[nodiscard]] std::size_t reserve(std::size_t count);

  // Adds to the calling thread's cell. Wait-free but for a thread's first call.
  void add(std::size_t index, std::uint64_t by) {
    if (mine.owner != id_) attach();
    std::atomic<std::uint64_t>& cell = (*mine.row)[index];
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  // The sum over all threads, past ones included.
  [[nodiscard]] std::uint64_t total(std::size_t index) const;

 private:
  struct Mine {
    std::uint64_t owner;
    Row* row;
  };
  class Leases;
  static inline constinit thread_local Mine mine{0, nullptr};

  Cells();
  void attach();
  Row* take_row();
  void give_back(Row* row);

  const std::uint64_t id_;  // never reused, unlike an address
  mutable std::mutex mutex_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<Row>> rows_;
  std::vector<Row*> free_rows_;
};

}  // namespace muster::observe
