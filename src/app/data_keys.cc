#include "app/data_keys.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "app/data_directory.h"
#include "base/key_file.h"
#include "base/random.h"
#include "edm/system_model.h"
#include "enrollment/audit.h"
#include "store/row_layout.h"
#include "store/transfer.h"

namespace muster::app {
namespace {

namespace row = edm::data_key;
using base::ErrorCode;

constexpr std::chrono::milliseconds kReadEvery{1'000};
// A value whose key is nowhere must not make every read of it two.
constexpr std::chrono::milliseconds kLookAgain{200};
constexpr std::size_t kNumberDigits = 8;

base::Error refuse(std::string message) {
  return base::fail(ErrorCode::kConfiguration, std::move(message), "key");
}

std::string id_of(std::uint32_t number) {
  std::string digits = std::to_string(number);
  return std::string(kNumberDigits - std::min(kNumberDigits, digits.size()), '0') + digits;
}

// 0 for the key of hashes.
std::uint32_t number_of(std::string_view id) {
  std::uint32_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

std::string context_of(std::string_view id) {
  return "data key " + std::string(id);
}

// A change of the keys with its audit event.
base::Status change_key(store::Store& store, enrollment::Operation operation,
                        const std::optional<edm::Record>& before,
                        const std::optional<edm::Record>& after, base::Timestamp now) {
  const enrollment::Change change{operation, &edm::kDataKeys, nullptr, before ? &*before : nullptr,
                                  after ? &*after : nullptr};
  const enrollment::Caller caller = console_caller(std::string(edm::kSystemTenant));
  const std::string event_id = base::ordered_uuid(now);
  return store::write_and_wait(
      store, edm::kSystemTenant, [&](store::Transaction& transaction) -> base::Status {
        if (!before) {
          MUSTER_TRY(transaction.insert(edm::kDataKeys, edm::kSystemTenant, *after));
        } else if (!after) {
          MUSTER_TRY(transaction.remove(edm::kDataKeys, edm::kSystemTenant, before->key()));
        } else {
          MUSTER_TRY(transaction.update(edm::kDataKeys, edm::kSystemTenant, *after));
        }
        return enrollment::append_audit(transaction, caller, change, event_id, now);
      });
}

}  // namespace

base::Result<std::vector<std::string>> all_tenants(store::Store& store) {
  std::vector<std::string> tenants;
  base::Status read = store.read([&](store::Reader& reader) -> base::Status {
    tenants = MUSTER_TRY(store::tenants_of(reader));
    return base::done();
  });
  if (!read) return std::move(read).error();
  return tenants;
}

std::vector<const edm::EntitySet*> sealed_sets() {
  std::vector<const edm::EntitySet*> sets;
  for (const edm::EntitySet* set : edm::stored_sets()) {
    if (store::layout_of(*set).sealed != 0) sets.push_back(set);
  }
  return sets;
}

DataKeys::DataKeys(store::Store& store, std::shared_ptr<base::Vault> vault,
                   KeyEncryption encryption, const base::Clock& clock)
    : store_(store), vault_(std::move(vault)), clock_(clock), encryption_(std::move(encryption)) {}

base::Result<std::unique_ptr<DataKeys>> DataKeys::open(store::Store& store,
                                                       std::shared_ptr<base::Vault> vault,
                                                       KeyEncryption encryption,
                                                       const base::Clock& clock,
                                                       const std::string& old_key_file) {
  std::unique_ptr<DataKeys> keys(
      new DataKeys(store, std::move(vault), std::move(encryption), clock));
  if (MUSTER_TRY(keys->rows()).empty()) MUSTER_TRY(keys->make_first(old_key_file));
  MUSTER_TRY(keys->refresh());
  keys->link_->keys = keys.get();
  keys->vault_->on_unknown_key([link = keys->link_] {
    const std::lock_guard lock(link->mutex);
    if (link->keys != nullptr) link->keys->refresh_for_unknown();
  });
  keys->watcher_ = std::make_unique<Periodic>(kReadEvery, [of = keys.get()] { of->watch(); });
  return keys;
}

DataKeys::~DataKeys() {
  {
    const std::lock_guard lock(link_->mutex);
    link_->keys = nullptr;
  }
  watcher_.reset();
}

void DataKeys::use(KeyEncryption encryption) {
  const std::lock_guard lock(mutex_);
  encryption_ = std::move(encryption);
}

void DataKeys::on_fault(std::function<void(const base::Error&)> told) {
  const std::lock_guard lock(telling_);
  told_ = std::move(told);
}

base::Result<std::vector<edm::Record>> DataKeys::rows() {
  store::Page page = MUSTER_TRY(
      store::list(store_, {.set = &edm::kDataKeys, .tenant = edm::kSystemTenant, .limit = 1'000}));
  return std::move(page.records);
}

// --- the first keys

base::Status DataKeys::check_opens(const std::string& key) {
  vault_->use(
      {.sealing = {{base::kFirstDataKey, key}}, .current = base::kFirstDataKey, .hashing = key});
  for (const std::string& tenant : MUSTER_TRY(all_tenants(store_))) {
    for (const edm::EntitySet* set : sealed_sets()) {
      MUSTER_TRY(store::list(store_, {.set = set, .tenant = tenant, .limit = 1}));
    }
  }
  return base::done();
}

// That of an installation from before there were data keys; nullopt for a new installation.
base::Result<std::optional<std::string>> DataKeys::old_key(const std::string& old_key_file) {
  const store::Page tenants = MUSTER_TRY(
      store::list(store_, {.set = &edm::kTenants, .tenant = edm::kSystemTenant, .limit = 1}));
  const store::Page signing_keys =
      MUSTER_TRY(store::list(store_, {.set = &edm::kSigningKeys,
                                      .tenant = edm::kSystemTenant,
                                      .limit = 1,
                                      .properties = edm::PropertyMask{1}}));
  if (tenants.records.empty() && signing_keys.records.empty()) return std::optional<std::string>();
  std::optional<std::string> key = MUSTER_TRY(base::read_key_file(old_key_file));
  if (!key) {
    return base::fail(ErrorCode::kConfiguration,
                      "The store was sealed under a key file, and '" + old_key_file +
                          "' is not there: start the node that has it first, or put it in place.",
                      old_key_file);
  }
  const base::Status opens = check_opens(*key);
  if (!opens && opens.error().code == ErrorCode::kInternal) {
    return base::fail(ErrorCode::kConfiguration,
                      "The key file '" + old_key_file + "' does not open what is in the store.",
                      old_key_file);
  }
  MUSTER_TRY(opens);
  return key;
}

base::Result<edm::Record> DataKeys::wrapped(std::string_view id, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const KeyEncryptionKey* const under = MUSTER_TRY(encryption_.first());
  edm::Record record(edm::kDataKeyType);
  record.put(row::kId, std::string(id));
  record.put(row::kCreated, clock_.now());
  record.put(row::kWrappedUnder, under->name());
  record.put(row::kWrappedKey, MUSTER_TRY(under->wrap(context_of(id), key)));
  return record;
}

base::Status DataKeys::make_first(const std::string& old_key_file) {
  const std::optional<std::string> old = MUSTER_TRY(old_key(old_key_file));
  {
    const std::lock_guard lock(mutex_);
    MUSTER_TRY(encryption_.ensure());
  }
  const auto key = [&] { return old ? *old : base::random_octets(base::kKeySize); };
  const std::vector<edm::Record> records = {MUSTER_TRY(wrapped(id_of(base::kFirstDataKey), key())),
                                            MUSTER_TRY(wrapped(kHashKeyId, key()))};
  base::Status made =
      store::write_and_wait(store_, edm::kSystemTenant, [&](store::Transaction& transaction) {
        base::Status inserted = base::done();
        for (const edm::Record& record : records) {
          if (inserted) {
            inserted = transaction.insert(edm::kDataKeys, edm::kSystemTenant, record);
          }
        }
        return inserted;
      });
  // Another process was first: then its keys are the store's.
  if (!made && made.error().code == ErrorCode::kConflict) return base::done();
  return made;
}

// --- keeping up

base::Status DataKeys::take(const std::vector<edm::Record>& rows) {
  base::Status outcome = base::done();
  const base::Timestamp now = clock_.now();
  std::map<std::string, Known, std::less<>> next;
  for (const edm::Record& record : rows) {
    const auto known = known_.find(record.key());
    if (known != known_.end()) {
      next.insert(*known);
      continue;
    }
    auto key = encryption_.unwrap(context_of(record.key()),
                                  record.value_or(row::kWrappedKey, std::string()),
                                  record.value_or(row::kWrappedUnder, std::string()));
    if (!key) {
      outcome = key.error();
      continue;
    }
    next.insert_or_assign(record.key(),
                          Known{base::Secret(*std::move(key)),
                                record.value_or(row::kCreated, base::Timestamp()), now});
  }
  known_ = std::move(next);
  return outcome;
}

std::uint32_t DataKeys::sealing_number(base::Timestamp now) const {
  std::uint32_t chosen = 0;
  for (const auto& [id, known] : known_) {  // in the order of their numbers
    const std::uint32_t number = number_of(id);
    if (number == 0) continue;
    const bool introduced = std::min(known.created, known.seen).plus(kKeyIntroduction) <= now;
    if (chosen == 0 || introduced) chosen = number;
  }
  return chosen;
}

void DataKeys::give_to_vault() {
  base::VaultKeys keys;
  keys.current = sealing_number(clock_.now());
  std::vector<std::string> given = {id_of(keys.current)};
  for (const auto& [id, known] : known_) {
    given.push_back(id);
    if (id == kHashKeyId) keys.hashing = known.key.reveal();
    if (const std::uint32_t number = number_of(id); number != 0) {
      keys.sealing.emplace(number, known.key.reveal());
    }
  }
  if (given == in_use_) return;
  in_use_ = std::move(given);
  vault_->use(std::move(keys));
}

base::Status DataKeys::refresh() {
  const std::lock_guard lock(mutex_);
  const base::Timestamp started = base::SystemClock().now();
  const std::vector<edm::Record> stored = MUSTER_TRY(rows());
  base::Status taken = take(stored);
  const bool usable = known_.contains(kHashKeyId) && sealing_number(clock_.now()) != 0;
  if (!usable) {
    MUSTER_TRY(taken);
    return base::fail(ErrorCode::kInternal, "The store has lost its keys.");
  }
  give_to_vault();
  vault_->may_seal_until(started.plus(kKeyLease));
  return taken;
}

void DataKeys::refresh_for_unknown() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_at_ < kLookAgain) return;
    looked_at_ = now;
  }
  const base::Status read = refresh();
  if (!read) tell(read.error());
}

void DataKeys::tell(const base::Error& fault) {
  const std::lock_guard lock(telling_);
  if (fault.message == last_fault_) return;
  last_fault_ = fault.message;
  if (told_) told_(fault);
}

void DataKeys::watch() {
  const base::Status read = refresh();
  if (!read) return tell(read.error());
  const std::lock_guard lock(telling_);
  last_fault_.clear();
}

// --- what commands do

base::Result<std::vector<DataKeyFacts>> DataKeys::list() {
  const std::lock_guard lock(mutex_);
  std::vector<DataKeyFacts> facts;
  const std::uint32_t seals = sealing_number(clock_.now());
  for (const edm::Record& record : MUSTER_TRY(rows())) {
    const std::string under = record.value_or(row::kWrappedUnder, std::string());
    const std::uint32_t number = number_of(record.key());
    facts.push_back({.id = record.key(),
                     .number = number,
                     .created = record.value_or(row::kCreated, base::Timestamp()),
                     .wrapped_under = under,
                     .source = encryption_.source_of(under),
                     .seals = number != 0 && number == seals});
  }
  return facts;
}

base::Result<std::size_t> DataKeys::rewrap() {
  std::size_t changed = 0;
  for (const edm::Record& before : MUSTER_TRY(rows())) {
    std::optional<edm::Record> after;
    {
      const std::lock_guard lock(mutex_);
      const KeyEncryptionKey* const under = MUSTER_TRY(encryption_.first());
      const std::string context = context_of(before.key());
      const std::string old = before.value_or(row::kWrappedKey, std::string());
      if (before.value_or(row::kWrappedUnder, std::string()) == under->name() &&
          under->unwrap(context, old)) {
        continue;
      }
      base::Secret key(MUSTER_TRY(
          encryption_.unwrap(context, old, before.value_or(row::kWrappedUnder, std::string()))));
      after = before;
      after->put(row::kWrappedUnder, under->name());
      after->put(row::kWrappedKey, MUSTER_TRY(under->wrap(context, key.reveal())));
    }
    MUSTER_TRY(change_key(store_, enrollment::Operation::kPatch, before, after, clock_.now()));
    ++changed;
  }
  return changed;
}

base::Result<std::uint32_t> DataKeys::add() {
  std::uint32_t number = 0;
  for (const edm::Record& record : MUSTER_TRY(rows())) {
    number = std::max(number, number_of(record.key()));
  }
  ++number;
  const edm::Record record = MUSTER_TRY(
      wrapped(id_of(number), base::Secret(base::random_octets(base::kKeySize)).reveal()));
  MUSTER_TRY(
      change_key(store_, enrollment::Operation::kCreate, std::nullopt, record, clock_.now()));
  return number;
}

base::Status DataKeys::check_retirable(std::uint32_t number) {
  MUSTER_TRY(refresh());
  const std::string name = "The data key " + std::to_string(number);
  std::optional<base::Timestamp> successor;
  bool known = false;
  for (const DataKeyFacts& facts : MUSTER_TRY(list())) {
    known = known || (facts.number == number && number != 0);
    if (facts.number > number && (!successor || facts.created < *successor)) {
      successor = facts.created;
    }
  }
  if (!known) return refuse("There is no data key " + std::to_string(number) + ".");
  if (!successor) return refuse(name + " is the newest: 'muster keys rotate' makes another.");
  const base::Timestamp until = successor->plus(kKeySettling);
  if (clock_.now() < until) {
    return refuse(name + " was in use lately: it may be removed from " + until.text() + " on.");
  }
  return base::done();
}

base::Status DataKeys::remove(std::uint32_t number) {
  const std::string id = id_of(number);
  const auto before = MUSTER_TRY(store::get(store_, edm::kDataKeys, edm::kSystemTenant, id));
  if (!before) return refuse("There is no data key " + std::to_string(number) + ".");
  MUSTER_TRY(
      change_key(store_, enrollment::Operation::kDelete, before, std::nullopt, clock_.now()));
  return refresh();
}

}  // namespace muster::app
