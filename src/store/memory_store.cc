#include "store/memory_store.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "odata/evaluate.h"

namespace muster::store {
namespace {

edm::Record project(const edm::Record& record, edm::PropertyMask properties) {
  edm::Record part = record;
  for (std::size_t i = 1; i < record.type().properties.size(); ++i) {
    if ((properties >> i & 1) == 0) part.erase(i);
  }
  return part;
}

class MemoryTransaction final : public Transaction {
 public:
  explicit MemoryTransaction(MemoryStore::Tables& tables) : tables_(tables) {}

  base::Result<std::optional<edm::Record>> get(const edm::EntitySet& set, std::string_view tenant,
                                               std::string_view key,
                                               edm::PropertyMask properties) override {
    const MemoryStore::Records& records = records_of(set, tenant);
    const auto found = records.find(key);
    if (found == records.end()) return std::optional<edm::Record>();
    return std::optional(project(found->second, properties));
  }

  base::Result<Page> list(const Query& query) override {
    // The definition of a list, in so many words: take, sort, resume, skip.
    static const odata::Order kByKey;
    const odata::Order& order = query.order == nullptr ? kByKey : *query.order;
    odata::Ranker ranker(order);
    std::vector<std::pair<odata::Position, const edm::Record*>> taken;
    for (const auto& [key, record] : records_of(*query.set, query.tenant)) {
      if (query.filter != nullptr && !odata::Evaluator(*query.filter).matches(record)) continue;
      taken.emplace_back(ranker.position(record), &record);
    }
    Page page;
    if (query.count) page.count = taken.size();
    std::sort(taken.begin(), taken.end(), [&order](const auto& a, const auto& b) {
      return std::is_lt(odata::compare(order, a.first, b.first));
    });
    if (query.after) {
      std::erase_if(taken, [&](const auto& one) {
        return std::is_lteq(odata::compare(order, one.first, *query.after));
      });
    }
    for (std::size_t i = query.skip; i < taken.size() && page.records.size() < query.limit; ++i) {
      page.records.push_back(project(*taken[i].second, query.properties));
    }
    page.more = query.skip < taken.size() && taken.size() - query.skip > query.limit;
    page.scanned = query.filter != nullptr || !order.keys.empty();
    return page;
  }

  base::Status insert(const edm::EntitySet& set, std::string_view tenant,
                      const edm::Record& record) override {
    MemoryStore::Records& records = records_of(set, tenant);
    if (records.contains(record.key())) {
      return base::fail(base::ErrorCode::kConflict, "A record of that key exists.");
    }
    remember(records, record.key(), std::nullopt);
    records.emplace(record.key(), record);
    return base::done();
  }

  base::Status update(const edm::EntitySet& set, std::string_view tenant,
                      const edm::Record& record) override {
    MemoryStore::Records& records = records_of(set, tenant);
    const auto found = records.find(record.key());
    if (found == records.end()) return not_found();
    remember(records, record.key(), found->second);
    found->second = record;
    return base::done();
  }

  base::Status remove(const edm::EntitySet& set, std::string_view tenant,
                      std::string_view key) override {
    MemoryStore::Records& records = records_of(set, tenant);
    const auto found = records.find(key);
    if (found == records.end()) return not_found();
    remember(records, std::string(key), found->second);
    records.erase(found);
    return base::done();
  }

  void undo() {
    while (!changes_.empty()) {
      Change& last = changes_.back();
      last.records->erase(last.key);
      if (last.before) last.records->emplace(last.key, *std::move(last.before));
      changes_.pop_back();
    }
  }

 private:
  struct Change {
    MemoryStore::Records* records;
    std::string key;
    std::optional<edm::Record> before;
  };

  static base::Error not_found() {
    return base::fail(base::ErrorCode::kNotFound, "No record of that key exists.");
  }
  MemoryStore::Records& records_of(const edm::EntitySet& set, std::string_view tenant) {
    return tables_[{set.table, std::string(tenant)}];
  }
  void remember(MemoryStore::Records& records, std::string key, std::optional<edm::Record> before) {
    changes_.push_back({&records, std::move(key), std::move(before)});
  }

  MemoryStore::Tables& tables_;
  std::vector<Change> changes_;
};

}  // namespace

MemoryStore::MemoryStore(std::size_t queue_limit)
    : queue_(queue_limit), thread_([this] { run(); }) {}

MemoryStore::~MemoryStore() {
  queue_.close();
  thread_.join();
}

base::Status MemoryStore::read(const std::function<base::Status(Reader&)>& read) {
  const std::lock_guard lock(mutex_);
  MemoryTransaction transaction(tables_);
  return read(transaction);
}

void MemoryStore::write(std::string_view tenant, Work work, Completion completion) {
  WriteJob job{std::string(tenant), std::move(work), std::move(completion)};
  if (!queue_.push(job)) job.completion(queue_full());
}

base::Status MemoryStore::health() {
  if (queue_.full()) return queue_full();
  return base::done();
}

StoreStatistics MemoryStore::statistics() const {
  const std::uint64_t writes = writes_;
  return {.queue_length = queue_.length(), .commits = writes, .writes = writes};
}

void MemoryStore::run() {
  std::vector<WriteJob> group;
  while (queue_.take(group, 1)) {
    for (WriteJob& job : group) {
      base::Status status = perform(job);
      if (status.ok()) ++writes_;
      job.completion(std::move(status));
    }
    group.clear();
  }
}

base::Status MemoryStore::perform(const WriteJob& job) {
  const std::lock_guard lock(mutex_);
  MemoryTransaction transaction(tables_);
  base::Status status = run_work(job.work, transaction);
  if (!status.ok()) transaction.undo();
  return status;
}

}  // namespace muster::store
