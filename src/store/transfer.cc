#include "store/transfer.h"

#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "base/encoding.h"
#include "base/sha256.h"
#include "edm/copy_model.h"
#include "edm/system_model.h"
#include "store/row_layout.h"
#include "store/sealed_pack.h"

namespace muster::store {
namespace {

using base::ErrorCode;

// All but what a store says of itself.
std::vector<const edm::EntitySet*> copied_sets() {
  const auto stored = edm::stored_sets();
  std::vector<const edm::EntitySet*> sets(stored.begin(), stored.end());
  std::erase(sets, &edm::kStoreCopies);
  return sets;
}

// The records of a set of a tenant in the order of their keys, a page at a time.
class Walk {
 public:
  using Fetch = std::function<base::Result<Page>(const Query&)>;
  Walk(Fetch fetch, const edm::EntitySet& set, std::string_view tenant, std::size_t page)
      : fetch_(std::move(fetch)), query_{.set = &set, .tenant = tenant, .limit = page} {}

  // nullptr after the last one. Stays until the next call.
  [[nodiscard]] base::Result<const edm::Record*> head() {
    if (at_ == page_.records.size() && page_.more) {
      if (!page_.records.empty()) query_.after = page_.records.back().key();
      page_ = MUSTER_TRY(fetch_(query_));
      at_ = 0;
    }
    return at_ < page_.records.size() ? &page_.records[at_] : nullptr;
  }
  void pass() { ++at_; }

 private:
  Fetch fetch_;
  Query query_;
  Page page_{.records = {}, .more = true};
  std::size_t at_ = 0;
};

// Calls `take(from, to)` for each key that one or both have; nullptr stands for the side that has
// not.
template <typename Take>
base::Status each_pair(Walk& from, Walk& to, Take take) {
  while (true) {
    const edm::Record* one = MUSTER_TRY(from.head());
    const edm::Record* other = MUSTER_TRY(to.head());
    if (one == nullptr && other == nullptr) return base::done();
    const int order = one == nullptr ? 1 : other == nullptr ? -1 : one->key().compare(other->key());
    MUSTER_TRY(take(order <= 0 ? one : nullptr, order >= 0 ? other : nullptr));
    if (order <= 0) from.pass();
    if (order >= 0) to.pass();
  }
}

base::Error named(const char* side, base::Error error) {
  error.message = std::string(side) + ": " + error.message;
  return error;
}
constexpr const char* kSource = "The source";
constexpr const char* kDestination = "The destination";

// The same records give the same octets on every engine, dates as they were written included.
std::string octets_of(const edm::Record* record) {
  std::string out;
  if (record != nullptr) pack(out, *record, edm::kAllProperties);
  return out;
}

// A record to be put in its key's place, or a key to be left without one.
struct Change {
  const edm::EntitySet* set;
  std::optional<edm::Record> record;
  std::string key = {};
  bool replaces = false;  // the destination has a record there, as far as is known
};

// Gives the same whether an earlier attempt was made or not: the answer to one may have been lost.
base::Status apply(Transaction& transaction, const std::string& tenant, const Change& change) {
  base::Status status = base::done();
  if (!change.record) {
    status = transaction.remove(*change.set, tenant, change.key);
    const bool absent = !status && status.error().code == ErrorCode::kNotFound;
    return absent ? base::done() : std::move(status);
  }
  const auto insert = [&] { return transaction.insert(*change.set, tenant, *change.record); };
  const auto update = [&] { return transaction.update(*change.set, tenant, *change.record); };
  // What is likely comes first: engines may run a group again when the other is true.
  status = change.replaces ? update() : insert();
  if (status.ok()) return status;
  const ErrorCode other = change.replaces ? ErrorCode::kNotFound : ErrorCode::kConflict;
  if (status.error().code != other) return status;
  return change.replaces ? insert() : update();
}

// Writes changes in groups. One group is on its way while the next is made.
class Sender {
 public:
  Sender(Store& to, const TransferOptions& options) : to_(to), options_(options) {}

  base::Status add(const std::string& tenant, Change change, std::size_t octets) {
    if (tenant != tenant_) {
      MUSTER_TRY(send());
      tenant_ = tenant;
    }
    changes_.push_back(std::move(change));
    octets_ += octets;
    const bool full = changes_.size() >= options_.group || octets_ >= options_.group_octets;
    return full ? send() : base::done();
  }

  // Until all that was added is durable.
  base::Status finish() {
    MUSTER_TRY(send());
    return land();
  }

 private:
  struct Flight {
    std::string tenant;
    std::vector<Change> changes;
  };

  base::Status send() {
    MUSTER_TRY(land());
    if (changes_.empty()) return base::done();
    flight_ = std::make_shared<const Flight>(Flight{tenant_, std::exchange(changes_, {})});
    octets_ = 0;
    start();
    return base::done();
  }

  void start() {
    const auto landed = std::make_shared<std::promise<base::Status>>();
    outcome_ = landed->get_future();
    to_.write(
        flight_->tenant,
        [flight = flight_](Transaction& transaction) -> base::Status {
          for (const Change& change : flight->changes) {
            MUSTER_TRY(apply(transaction, flight->tenant, change));
          }
          return base::done();
        },
        [landed](base::Status status) { landed->set_value(std::move(status)); });
  }

  // Until what is on its way is durable.
  base::Status land() {
    if (!flight_) return base::done();
    while (true) {
      base::Status status = outcome_.get();
      if (status.ok()) break;
      const base::Error& error = status.error();
      const auto wait = error.retry_after.value_or(std::chrono::seconds(1));
      if (error.code != ErrorCode::kUnavailable || waited_ + wait > options_.patience) {
        return named(kDestination, error);
      }
      waited_ += wait;
      if (options_.pause) {
        options_.pause(wait);
      } else {
        std::this_thread::sleep_for(wait);
      }
      start();
    }
    waited_ = {};
    flight_.reset();
    return base::done();
  }

  Store& to_;
  const TransferOptions& options_;
  std::string tenant_;
  std::vector<Change> changes_;
  std::size_t octets_ = 0;
  std::shared_ptr<const Flight> flight_;
  std::future<base::Status> outcome_;
  std::chrono::seconds waited_{};
};

// Both sides of one set of one tenant.
struct Sides {
  Walk from;
  Walk to;
};

Sides sides(Reader& from, Store& to, const edm::EntitySet& set, const std::string& tenant,
            const TransferOptions& options) {
  const auto named_as = [](const char* side, base::Result<Page> page) -> base::Result<Page> {
    if (!page) return named(side, std::move(page).error());
    return page;
  };
  return {
      Walk([&from, named_as](const Query& query) { return named_as(kSource, from.list(query)); },
           set, tenant, options.page),
      Walk([&to, named_as](const Query& query) { return named_as(kDestination, list(to, query)); },
           set, tenant, options.page)};
}

base::Status transfer_set(Sides sides, const edm::EntitySet& set, const std::string& tenant,
                          Sender& sender, Transferred& done, const TransferOptions& options) {
  return each_pair(sides.from, sides.to,
                   [&](const edm::Record* from, const edm::Record* to) -> base::Status {
                     if (options.progress) options.progress();
                     if (from == nullptr) {
                       ++done.removed;
                       return sender.add(tenant, {&set, std::nullopt, to->key()}, to->key().size());
                     }
                     const std::string octets = octets_of(from);
                     if (to != nullptr && octets == octets_of(to)) {
                       ++done.same;
                       return base::done();
                     }
                     ++(to == nullptr ? done.inserted : done.replaced);
                     return sender.add(tenant, {&set, *from, {}, to != nullptr}, octets.size());
                   });
}

// Counts and hashes what one side holds.
class Content {
 public:
  void add(const edm::Record* record, std::string_view octets) {
    if (record == nullptr) return;
    ++records_;
    std::string size(8, '\0');
    for (std::size_t i = 0; i < size.size(); ++i) {
      size[i] = static_cast<char>(octets.size() >> (8 * i) & 0xFF);
    }
    hash_.update(size);
    hash_.update(octets);
  }
  [[nodiscard]] SetContent sum() { return {records_, base::hex(hash_.digest())}; }

 private:
  std::uint64_t records_ = 0;
  base::Sha256 hash_;
};

base::Status compare_set(Sides sides, const edm::EntitySet& set, const std::string& tenant,
                         Comparison& found, const TransferOptions& options) {
  Content from_content;
  Content to_content;
  MUSTER_TRY(each_pair(
      sides.from, sides.to, [&](const edm::Record* from, const edm::Record* to) -> base::Status {
        if (options.progress) options.progress();
        const std::string from_octets = octets_of(from);
        const std::string to_octets = octets_of(to);
        from_content.add(from, from_octets);
        to_content.add(to, to_octets);
        if (found.first || (from != nullptr && to != nullptr && from_octets == to_octets)) {
          return base::done();
        }
        using Kind = Difference::Kind;
        const Kind kind = to == nullptr     ? Kind::kOnlyFrom
                          : from == nullptr ? Kind::kOnlyTo
                                            : Kind::kOther;
        found.first = Difference{&set, tenant, (from == nullptr ? to : from)->key(), kind};
        return base::done();
      }));
  ComparedSet compared{&set, tenant, from_content.sum(), to_content.sum()};
  if (compared.from.records + compared.to.records > 0) found.sets.push_back(std::move(compared));
  return base::done();
}

}  // namespace

base::Result<std::vector<std::string>> tenants_of(Reader& reader) {
  std::vector<std::string> tenants = {std::string(edm::kSystemTenant)};
  Query query{.set = &edm::kTenants, .tenant = edm::kSystemTenant, .limit = 1'000, .properties = 0};
  for (bool more = true; more;) {
    const Page page = MUSTER_TRY(reader.list(query));
    for (const edm::Record& record : page.records) tenants.push_back(record.key());
    more = page.more;
    if (more) query.after = page.records.back().key();
  }
  return tenants;
}

base::Result<std::uint64_t> count_records(Reader& reader, const std::vector<std::string>& tenants) {
  std::uint64_t records = 0;
  for (const std::string& tenant : tenants) {
    for (const edm::EntitySet* set : copied_sets()) {
      const Page page =
          MUSTER_TRY(reader.list({.set = set, .tenant = tenant, .limit = 0, .count = true}));
      records += page.count.value_or(0);
    }
  }
  return records;
}

base::Result<bool> opens_sealed(Reader& reader, const std::vector<std::string>& tenants) {
  for (const std::string& tenant : tenants) {
    for (const edm::EntitySet* set : copied_sets()) {
      if (layout_of(*set).sealed == 0) continue;
      const Page page = MUSTER_TRY(reader.list({.set = set, .tenant = tenant, .limit = 1}));
      if (!page.records.empty()) return true;
    }
  }
  return false;
}

base::Result<Transferred> transfer(Reader& from, Store& to, const std::vector<std::string>& tenants,
                                   const TransferOptions& options) {
  Transferred done;
  Sender sender(to, options);
  for (const std::string& tenant : tenants) {
    for (const edm::EntitySet* set : copied_sets()) {
      MUSTER_TRY(transfer_set(sides(from, to, *set, tenant, options), *set, tenant, sender, done,
                              options));
    }
  }
  MUSTER_TRY(sender.finish());
  return done;
}

base::Result<Comparison> compare(Reader& from, Store& to, const std::vector<std::string>& tenants,
                                 const TransferOptions& options) {
  Comparison found;
  for (const std::string& tenant : tenants) {
    for (const edm::EntitySet* set : copied_sets()) {
      MUSTER_TRY(compare_set(sides(from, to, *set, tenant, options), *set, tenant, found, options));
    }
  }
  return found;
}

}  // namespace muster::store
