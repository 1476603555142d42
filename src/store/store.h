// The contract that every store keeps. It knows entity sets and records, no profile by name: a new
// entity set is a table of rows in edm/ and a migration. store/contract.h checks these rules around
// every engine, tests/store/ proves them on every engine.
//
// - A tenant's records are invisible to other tenants: every call names one tenant.
// - A write that was reported as done survives a crash of the process and a loss of power.
// - Changes of one write are all there or none; readers see them all at once.
// - Reads see everything that was reported as done before they began.
// - Lists are ordered by key, octet by octet, unless the query names an order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edm/record.h"
#include "odata/expression.h"

namespace muster::store {

// Which records of a set, in which order.
struct Query {
  const edm::EntitySet* set = nullptr;
  std::string_view tenant;
  // Only records that come after this place: a key, with values of the keys of `order` if there are
  // any. Costs the same at any depth where the order is that of an index.
  std::optional<odata::Position> after = {};
  std::size_t skip = 0;
  std::size_t limit = 100;  // 0 gives no rows
  bool count = false;       // also count what `filter` takes, whatever after, skip and limit say
  // What is read; the key always is. Sealed properties are opened only when asked for.
  edm::PropertyMask properties = edm::kAllProperties;
  // Only records for which it is true, as odata::Evaluator has it; all if nullptr. Both are of the
  // type of the set and outlive the call.
  const odata::Expression* filter = nullptr;
  const odata::Order* order = nullptr;  // that of their keys if nullptr
};

struct Page {
  std::vector<edm::Record> records;
  bool more = false;  // records remain after the last one
  std::optional<std::size_t> count = {};
  // No index led to these records: the engine looked at others of the tenant too, perhaps at all.
  bool scanned = false;
};

// Reads within one consistent view. Errors: kUnavailable (with retry_after) when the engine cannot
// answer now, kInternal when stored data is damaged.
class Reader {
 public:
  virtual ~Reader() = default;
  // nullopt when the tenant has no such record, whatever other tenants have.
  [[nodiscard]] virtual base::Result<std::optional<edm::Record>> get(
      const edm::EntitySet& set, std::string_view tenant, std::string_view key,
      edm::PropertyMask properties = edm::kAllProperties) = 0;
  [[nodiscard]] virtual base::Result<Page> list(const Query& query) = 0;
};

// Reads and changes within a write.
class Transaction : public Reader {
 public:
  // `record` is whole. kConflict when the key exists in the tenant.
  [[nodiscard]] virtual base::Status insert(const edm::EntitySet& set, std::string_view tenant,
                                            const edm::Record& record) = 0;
  // Replaces the record of that key by `record`, which is whole. kNotFound when it does not exist.
  [[nodiscard]] virtual base::Status update(const edm::EntitySet& set, std::string_view tenant,
                                            const edm::Record& record) = 0;
  // kNotFound when it does not exist.
  [[nodiscard]] virtual base::Status remove(const edm::EntitySet& set, std::string_view tenant,
                                            std::string_view key) = 0;
};

// The body of a write. May run more than once (a group that failed is run again, one by one; an
// engine may ask for a retry, or assume that an insert or update succeeds and run the body again
// with the true answer where it does not), so it must make ids, times and tokens before, and change
// nothing but the transaction and its own result. An error undoes everything that this body
// changed. Runs on a thread of the store; must not block on anything else.
using Work = std::function<base::Status(Transaction&)>;

// Called exactly once, on a thread of the store, when the write is durable or has failed with the
// work's error or kUnavailable / kInsufficientStorage (nothing changed; retry_after is set).
using Completion = std::function<void(base::Status)>;

struct StoreStatistics {
  std::size_t queue_length = 0;     // writes that wait for a group
  std::uint64_t commits = 0;        // groups made durable
  std::uint64_t writes = 0;         // writes in those groups
  std::uint64_t failed_writes = 0;  // by error of the store, not of the work
};

// Thread-safe. Destruction finishes the writes that are queued.
class Store {
 public:
  virtual ~Store() = default;

  // Runs `read` on the calling thread, more than once when an engine has to begin anew, so that it
  // must set its results and not add to them; the Reader must not be kept.
  [[nodiscard]] virtual base::Status read(const std::function<base::Status(Reader&)>& read) = 0;

  // Queues a write of one tenant. Concurrent writes share a commit. When the queue is full,
  // `completion` is called at once, on the calling thread, with kUnavailable.
  virtual void write(std::string_view tenant, Work work, Completion completion) = 0;

  // Whether reads wait for something that may keep them long, as another machine does, so that a
  // thread which serves others must not read. Always the same.
  [[nodiscard]] virtual bool reads_wait() const { return false; }

  // Whether a write could be made now; the error says why not. For readiness.
  [[nodiscard]] virtual base::Status health() = 0;

  [[nodiscard]] virtual StoreStatistics statistics() const = 0;
};

// write() for callers that may block: command line and tests. Never call it on a store's thread.
[[nodiscard]] base::Status write_and_wait(Store& store, std::string_view tenant, Work work);

// Shorthands for one read of their own.
[[nodiscard]] base::Result<std::optional<edm::Record>> get(
    Store& store, const edm::EntitySet& set, std::string_view tenant, std::string_view key,
    edm::PropertyMask properties = edm::kAllProperties);
[[nodiscard]] base::Result<Page> list(Store& store, const Query& query);

}  // namespace muster::store
