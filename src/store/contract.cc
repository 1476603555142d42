#include "store/contract.h"

#include <atomic>
#include <compare>
#include <utility>

#include "odata/evaluate.h"
#include "store/record_rules.h"
#include "store/row_layout.h"
#include "store/uuid_key.h"

namespace muster::store {
namespace {

using base::ErrorCode;

base::Error breach(const std::string& rule) {
  return base::fail(ErrorCode::kInternal, "Breach of the store's contract: " + rule + ".");
}

bool is_key(const edm::EntitySet& set, std::string_view key) {
  return set.type->key().storage != edm::Storage::kUuid || uuid_key(key).has_value();
}

// Errors that an engine may give; `also` is the one that the operation names.
base::Error allowed(base::Error error, std::optional<ErrorCode> also = std::nullopt) {
  const bool known = error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kInternal ||
                     error.code == ErrorCode::kInsufficientStorage || error.code == also;
  if (!known) return breach("the engine gave " + std::string(base::row(error.code).name));
  const bool later =
      error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kInsufficientStorage;
  // An engine that cannot say when leaves it to a guess.
  if (later && !error.retry_after) error.retry_after = std::chrono::seconds(1);
  return error;
}

std::optional<std::string> breach_of_read(const edm::EntitySet& set, edm::PropertyMask properties,
                                          const edm::Record& record) {
  if (&record.type() != set.type) return "the engine gave a record of another type";
  if (record.present() != present_for(layout_of(set), properties)) {
    return "the engine did not give what was asked for";
  }
  return std::nullopt;
}

// By what the page shows of its records: the values that they are sorted by may not be in it.
std::optional<std::string> breach_of_order(const Query& query, const Page& page) {
  static const odata::Order kByKey;
  const odata::Order& order = query.order == nullptr ? kByKey : *query.order;
  const edm::PropertyMask present = present_for(layout_of(*query.set), query.properties);
  if ((order.expression.properties & ~present) != 0) return std::nullopt;
  odata::Ranker ranker(order);
  std::optional<odata::Position> last = query.after;
  for (const edm::Record& record : page.records) {
    odata::Position next = ranker.position(record);
    if (last && std::is_gteq(odata::compare(order, *last, next))) return "the page is not in order";
    last = std::move(next);
  }
  return std::nullopt;
}

std::optional<std::string> breach_of_page(const Query& query, const Page& page) {
  if (page.records.size() > query.limit) return "the page is too large";
  if (page.count.has_value() != query.count) return "the count is not as asked for";
  for (const edm::Record& record : page.records) {
    if (auto found = breach_of_read(*query.set, query.properties, record)) return found;
  }
  return breach_of_order(query, page);
}

class CheckedReader final : public Reader {
 public:
  explicit CheckedReader(Reader& inner) : inner_(inner) {}

  base::Result<std::optional<edm::Record>> get(const edm::EntitySet& set, std::string_view tenant,
                                               std::string_view key,
                                               edm::PropertyMask properties) override {
    if (!uuid_key(tenant)) return breach("the tenant is not a UUID");
    auto record = inner_.get(set, tenant, key, properties);
    if (!record) return allowed(std::move(record).error());
    if (!*record) return record;
    if (auto rule = breach_of_read(set, properties, **record)) return breach(*rule);
    if ((*record)->key() != key) return breach("the engine gave another record");
    return record;
  }

  base::Result<Page> list(const Query& query) override {
    if (query.set == nullptr) return breach("a query names no set");
    if (!uuid_key(query.tenant)) return breach("the tenant is not a UUID");
    if (query.after && !is_key(*query.set, query.after->key)) return breach("`after` is no key");
    const std::size_t values = query.order == nullptr ? 0 : query.order->keys.size();
    if (query.after && query.after->values.size() != values) {
      return breach("`after` is no place in the order");
    }
    auto page = inner_.list(query);
    if (!page) return allowed(std::move(page).error());
    if (auto rule = breach_of_page(query, *page)) return breach(*rule);
    return page;
  }

 private:
  Reader& inner_;
};

class CheckedTransaction final : public Transaction {
 public:
  CheckedTransaction(Transaction& inner, std::string_view tenant)
      : inner_(inner), reader_(inner), tenant_(tenant) {}

  base::Result<std::optional<edm::Record>> get(const edm::EntitySet& set, std::string_view tenant,
                                               std::string_view key,
                                               edm::PropertyMask properties) override {
    if (tenant != tenant_) return other_tenant();
    return reader_.get(set, tenant, key, properties);
  }

  base::Result<Page> list(const Query& query) override {
    if (query.tenant != tenant_) return other_tenant();
    return reader_.list(query);
  }

  base::Status insert(const edm::EntitySet& set, std::string_view tenant,
                      const edm::Record& record) override {
    MUSTER_TRY(check(set, tenant, record));
    return outcome(inner_.insert(set, tenant, record), ErrorCode::kConflict);
  }

  base::Status update(const edm::EntitySet& set, std::string_view tenant,
                      const edm::Record& record) override {
    MUSTER_TRY(check(set, tenant, record));
    return outcome(inner_.update(set, tenant, record), ErrorCode::kNotFound);
  }

  base::Status remove(const edm::EntitySet& set, std::string_view tenant,
                      std::string_view key) override {
    if (tenant != tenant_) return other_tenant();
    return outcome(inner_.remove(set, tenant, key), ErrorCode::kNotFound);
  }

 private:
  static base::Error other_tenant() { return breach("a write names a tenant not its own"); }

  [[nodiscard]] base::Status check(const edm::EntitySet& set, std::string_view tenant,
                                   const edm::Record& record) const {
    if (tenant != tenant_) return other_tenant();
    if (auto rule = breach_of(set, record)) return breach(*rule);
    return base::done();
  }
  static base::Status outcome(base::Status status, ErrorCode also) {
    if (status.ok()) return status;
    return allowed(std::move(status).error(), also);
  }

  Transaction& inner_;
  CheckedReader reader_;
  std::string_view tenant_;
};

// One write on its way. Alive until its completion was called.
struct CheckedWrite {
  std::string tenant;
  Work work;
  Completion completion;
  // What the work returned when it ran last; read by the completion, after it on the same thread.
  std::optional<ErrorCode> refusal = {};
  std::atomic<bool> completed{false};

  [[nodiscard]] base::Status run(Transaction& inner) {
    CheckedTransaction transaction(inner, tenant);
    base::Status status = work(transaction);
    refusal = status.ok() ? std::nullopt : std::optional(status.error().code);
    return status;
  }

  void complete(base::Status status) {
    // A second call could only harm: its receiver may be gone.
    if (completed.exchange(true)) return;
    const bool own = !status.ok() && refusal == status.error().code;
    if (status.ok() || own) return completion(std::move(status));
    completion(base::Status(allowed(std::move(status).error())));
  }
};

class CheckedStore final : public Store {
 public:
  explicit CheckedStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

  base::Status read(const std::function<base::Status(Reader&)>& read) override {
    return inner_->read([&](Reader& inner) {
      CheckedReader reader(inner);
      return read(reader);
    });
  }

  void write(std::string_view tenant, Work work, Completion completion) override {
    if (!uuid_key(tenant)) return completion(breach("the tenant is not a UUID"));
    auto write = std::make_shared<CheckedWrite>();
    write->tenant = tenant;
    write->work = std::move(work);
    write->completion = std::move(completion);
    inner_->write(
        write->tenant, [write](Transaction& transaction) { return write->run(transaction); },
        [write](base::Status status) { write->complete(std::move(status)); });
  }

  bool reads_wait() const override { return inner_->reads_wait(); }

  base::Status health() override {
    base::Status status = inner_->health();
    if (status.ok()) return status;
    return allowed(std::move(status).error());
  }

  StoreStatistics statistics() const override { return inner_->statistics(); }

 private:
  std::unique_ptr<Store> inner_;
};

}  // namespace

std::unique_ptr<Store> with_contract(std::unique_ptr<Store> engine) {
  return std::make_unique<CheckedStore>(std::move(engine));
}

}  // namespace muster::store
