// The reference store: what the contract means, in the plainest data structures. Every other engine
// is tested to behave alike.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "store/store.h"
#include "store/write_queue.h"

namespace muster::store {

// Made by make_memory_store() of open.h. One lock serialises reads and writes; writes run on a
// thread of their own, so that completions come from a store's thread as they do elsewhere.
class MemoryStore final : public Store {
 public:
  using Records = std::map<std::string, edm::Record, std::less<>>;
  // Table and tenant; both are part of the key of every set.
  using Tables = std::map<std::pair<std::string_view, std::string>, Records>;

  explicit MemoryStore(std::size_t queue_limit);
  ~MemoryStore() override;

  [[nodiscard]] base::Status read(const std::function<base::Status(Reader&)>& read) override;
  void write(std::string_view tenant, Work work, Completion completion) override;
  [[nodiscard]] base::Status health() override;
  [[nodiscard]] StoreStatistics statistics() const override;

 private:
  void run();
  [[nodiscard]] base::Status perform(const WriteJob& job);

  WriteQueue queue_;
  std::mutex mutex_;  // guards tables_
  Tables tables_;
  std::atomic<std::uint64_t> writes_{0};
  std::thread thread_;  // last: everything else is made before it starts
};

}  // namespace muster::store
