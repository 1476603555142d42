#include "enrollment/entities.h"

#include <optional>
#include <utility>

#include "base/random.h"
#include "edm/version.h"
#include "enrollment/audit.h"
#include "enrollment/repeatable_request.h"

namespace muster::enrollment {

namespace {

std::optional<edm::Record> untouched_entity(const edm::EntitySet& set, const EntityRules& rules,
                                            std::string_view key) {
  if (!set.singleton) return std::nullopt;
  std::optional<edm::Record> record = rules.untouched(key);
  if (record) edm::set_version(*record, 1);
  return record;
}

// What is fixed after the create may be repeated, so that a client can send back what it was given.
base::Status check_fixed(const edm::EntitySet& set, edm::PropertyMask changed) {
  const auto rows = set.type->properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((changed >> i & 1) == 0 || rows[i].access != edm::Access::kOnCreate) continue;
    const std::string name(rows[i].name);
    return base::fail(base::ErrorCode::kBadRequest,
                      "The property '" + name + "' is fixed when the entity is created.", name);
  }
  return base::done();
}

}  // namespace

// One change on its way through the store. The work may run more than once, so everything here but
// `result` is made before and stays. `made` is what a create makes.
struct Entities::Write {
  const edm::EntitySet* set;
  const EntityRules* rules;
  Caller caller;
  std::string key;
  Operation operation;
  const edm::Action* action = nullptr;
  base::Timestamp now;
  std::string event_id;
  Conditions conditions = {};
  std::optional<edm::Record> made = {};
  std::optional<edm::Record> result = {};  // if it is not `made`
  bool stored = true;                      // false for a singleton that was never changed

  // What belongs to every change once its row is written.
  base::Status finish(store::Transaction& transaction, const edm::Record* before,
                      const edm::Record* after) {
    MUSTER_TRY(rules->follow(transaction, caller, before, after, now));
    const Change change{operation, set, action, before, after};
    return append_audit(transaction, caller, change, event_id, now);
  }

  base::Status put(store::Transaction& transaction, const edm::Record& record) {
    if (stored) return transaction.update(*set, caller.tenant, record);
    return transaction.insert(*set, caller.tenant, record);
  }

  base::Result<edm::Record> current(store::Transaction& transaction) {
    std::optional<edm::Record> record = MUSTER_TRY(transaction.get(*set, caller.tenant, key));
    stored = record.has_value();
    if (!record) record = untouched_entity(*set, *rules, key);
    if (!record) return not_found(*set, key);
    if (!conditions.hold(edm::version_of(*record))) return precondition_failed();
    return *std::move(record);
  }

  // What a request gives that was done before, on the entity of that key.
  base::Status repeat(store::Transaction& transaction, const std::string& of) {
    result = MUSTER_TRY(transaction.get(*set, caller.tenant, of));
    if (!result) result = untouched_entity(*set, *rules, of);
    if (result) return base::done();
    result.emplace(*set->type);
    result->set(0, edm::Value(of));
    return base::done();
  }
};

namespace {

// Passes on the record that a durable write left behind, or its error.
template <typename Write>
store::Completion deliver(std::shared_ptr<Write> write, Entities::RecordDone done) {
  return [write = std::move(write), done = std::move(done)](base::Status status) {
    if (!status) return done(std::move(status).error());
    done(*std::move(write->result ? write->result : write->made));
  };
}

}  // namespace

base::Error not_found(const edm::EntitySet& set, std::string_view key) {
  return base::fail(
      base::ErrorCode::kNotFound,
      "No " + std::string(set.type->name) + " with the key '" + std::string(key) + "' exists.");
}

base::Error precondition_failed() {
  return base::fail(base::ErrorCode::kPreconditionFailed,
                    "The condition of If-Match or If-None-Match does not hold for the entity as it "
                    "is now; nothing was changed.",
                    "If-Match");
}

std::string singleton_key(const edm::EntitySet& set, std::string_view tenant) {
  return std::string(set.type->key().storage == edm::Storage::kUuid ? tenant : set.name);
}

void Entities::add_rules(const edm::EntitySet& set, std::unique_ptr<EntityRules> rules) {
  rules_[&set] = std::move(rules);
}

const EntityRules& Entities::rules(const edm::EntitySet& set) const {
  return *rules_.at(&set);
}

store::Store& Entities::store_for(const Caller& caller) {
  return caller.enlistment ? caller.enlistment->store : store_;
}

void Entities::create(const edm::EntitySet& set, Caller caller, edm::Record sent, RecordDone done) {
  const base::Timestamp now = clock_.now();
  base::Result<edm::Record> made = rules(set).create(caller, std::move(sent), now);
  if (!made) return done(std::move(made).error());
  edm::set_version(*made, 1);
  auto write = std::make_shared<Write>(Write{.set = &set,
                                             .rules = &rules(set),
                                             .caller = std::move(caller),
                                             .key = made->key(),
                                             .operation = Operation::kCreate,
                                             .now = now,
                                             .event_id = base::ordered_uuid(now)});
  write->made = *std::move(made);
  if (write->caller.enlistment) write->caller.enlistment->created_key = write->key;
  submit(
      store_for(write->caller), write,
      [write](store::Transaction& transaction) -> base::Status {
        MUSTER_TRY(transaction.insert(*write->set, write->caller.tenant, *write->made));
        return write->finish(transaction, nullptr, &*write->made);
      },
      deliver(write, std::move(done)));
}

void Entities::submit(store::Store& store, const std::shared_ptr<Write>& write, store::Work work,
                      store::Completion done) {
  const std::string& tenant = write->caller.tenant;
  if (!write->caller.repeatable) return store.write(tenant, std::move(work), std::move(done));
  store.write(
      tenant,
      [write, work = std::move(work)](store::Transaction& transaction) -> base::Status {
        const Caller& caller = write->caller;
        write->result.reset();
        const std::optional<std::string> before =
            MUSTER_TRY(find_done(transaction, caller.tenant, *caller.repeatable));
        if (before) return write->repeat(transaction, *before);
        MUSTER_TRY(work(transaction));
        return remember_done(transaction, caller.tenant, *caller.repeatable, write->key);
      },
      std::move(done));
}

void Entities::change(const std::shared_ptr<Write>& write, edm::Record changes, RecordDone done) {
  submit(
      store_for(write->caller), write,
      [write, changes = std::move(changes)](store::Transaction& transaction) -> base::Status {
        const edm::Record before = MUSTER_TRY(write->current(transaction));
        edm::Record after = before;
        const edm::PropertyMask changed = after.merge(changes);
        if (changed == 0) {
          write->result = std::move(after);
          return base::done();
        }
        if (write->operation == Operation::kPatch) MUSTER_TRY(check_fixed(*write->set, changed));
        MUSTER_TRY(write->rules->settle(write->caller, write->action, changes, after, write->now));
        edm::set_version(after, edm::version_of(before).value_or(0) + 1);
        MUSTER_TRY(write->put(transaction, after));
        MUSTER_TRY(write->finish(transaction, &before, &after));
        write->result = std::move(after);
        return base::done();
      },
      deliver(write, std::move(done)));
}

void Entities::patch(const edm::EntitySet& set, Caller caller, std::string key, edm::Record sent,
                     Conditions conditions, RecordDone done) {
  const base::Timestamp now = clock_.now();
  base::Result<edm::Record> changes = rules(set).patch(caller, std::move(sent), now);
  if (!changes) return done(std::move(changes).error());
  change(std::make_shared<Write>(Write{.set = &set,
                                       .rules = &rules(set),
                                       .caller = std::move(caller),
                                       .key = std::move(key),
                                       .operation = Operation::kPatch,
                                       .now = now,
                                       .event_id = base::ordered_uuid(now),
                                       .conditions = std::move(conditions)}),
         *std::move(changes), std::move(done));
}

void Entities::act(const edm::EntitySet& set, Caller caller, std::string key,
                   const edm::Action& action, const std::vector<edm::Value>& parameters,
                   Conditions conditions, RecordDone done) {
  const base::Timestamp now = clock_.now();
  base::Result<edm::Record> changes = rules(set).act(caller, action, parameters, now);
  if (!changes) return done(std::move(changes).error());
  change(std::make_shared<Write>(Write{.set = &set,
                                       .rules = &rules(set),
                                       .caller = std::move(caller),
                                       .key = std::move(key),
                                       .operation = Operation::kAction,
                                       .action = &action,
                                       .now = now,
                                       .event_id = base::ordered_uuid(now),
                                       .conditions = std::move(conditions)}),
         *std::move(changes), std::move(done));
}

void Entities::remove(const edm::EntitySet& set, Caller caller, std::string key,
                      Conditions conditions, StatusDone done) {
  const base::Timestamp now = clock_.now();
  auto write = std::make_shared<Write>(Write{.set = &set,
                                             .rules = &rules(set),
                                             .caller = std::move(caller),
                                             .key = std::move(key),
                                             .operation = Operation::kDelete,
                                             .now = now,
                                             .event_id = base::ordered_uuid(now),
                                             .conditions = std::move(conditions)});
  submit(
      store_for(write->caller), write,
      [write](store::Transaction& transaction) -> base::Status {
        const edm::Record before = MUSTER_TRY(write->current(transaction));
        MUSTER_TRY(transaction.remove(*write->set, write->caller.tenant, write->key));
        return write->finish(transaction, &before, nullptr);
      },
      std::move(done));
}

base::Result<std::optional<edm::Record>> Entities::find(store::Reader& reader,
                                                        const edm::EntitySet& set,
                                                        std::string_view tenant,
                                                        std::string_view key,
                                                        edm::PropertyMask properties) const {
  std::optional<edm::Record> record = MUSTER_TRY(reader.get(set, tenant, key, properties));
  if (!record && set.singleton) record = untouched_entity(set, rules(set), key);
  return record;
}

base::Result<std::optional<edm::Record>> Entities::find(const edm::EntitySet& set,
                                                        std::string_view tenant,
                                                        std::string_view key,
                                                        edm::PropertyMask properties) const {
  std::optional<edm::Record> record;
  const base::Status status = store_.read([&](store::Reader& reader) -> base::Status {
    record = MUSTER_TRY(find(reader, set, tenant, key, properties));
    return base::done();
  });
  if (!status) return status.error();
  return record;
}

base::Result<edm::Value> Entities::call(const edm::EntitySet& set, const Caller& caller,
                                        const edm::Function& function,
                                        const std::vector<edm::Value>& arguments) const {
  edm::Value result;
  const base::Status status = store_.read([&](store::Reader& reader) -> base::Status {
    result = MUSTER_TRY(rules(set).call(reader, caller, function, arguments));
    return base::done();
  });
  if (!status) return status.error();
  return result;
}

}  // namespace muster::enrollment
