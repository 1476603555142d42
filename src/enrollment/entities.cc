#include "enrollment/entities.h"

#include <optional>
#include <utility>

#include "base/random.h"
#include "enrollment/audit.h"

namespace muster::enrollment {

// One change on its way through the store. The work may run more than once, so everything here but
// `result` is made before and stays.
struct Entities::Write {
  const edm::EntitySet* set;
  const EntityRules* rules;
  Caller caller;
  std::string key;
  Operation operation;
  const edm::Action* action = nullptr;
  base::Timestamp now;
  std::string event_id;
  std::optional<edm::Record> result = {};

  // What belongs to every change once its row is written.
  base::Status finish(store::Transaction& transaction, const edm::Record* before,
                      const edm::Record* after) {
    MUSTER_TRY(rules->follow(transaction, caller, before, after, now));
    const Change change{operation, set, action, before, after};
    return append_audit(transaction, caller, change, event_id, now);
  }

  base::Result<edm::Record> current(store::Transaction& transaction) {
    std::optional<edm::Record> record = MUSTER_TRY(transaction.get(*set, caller.tenant, key));
    if (!record) return not_found(*set, key);
    return *std::move(record);
  }
};

namespace {

// Passes on the record that a durable write left behind, or its error.
template <typename Write>
store::Completion deliver(std::shared_ptr<Write> write, Entities::RecordDone done) {
  return [write = std::move(write), done = std::move(done)](base::Status status) {
    if (!status) return done(std::move(status).error());
    done(*std::move(write->result));
  };
}

}  // namespace

base::Error not_found(const edm::EntitySet& set, std::string_view key) {
  return base::fail(
      base::ErrorCode::kNotFound,
      "No " + std::string(set.type->name) + " with the key '" + std::string(key) + "' exists.");
}

void Entities::add_rules(const edm::EntitySet& set, std::unique_ptr<EntityRules> rules) {
  rules_[&set] = std::move(rules);
}

const EntityRules& Entities::rules(const edm::EntitySet& set) const {
  return *rules_.at(&set);
}

void Entities::create(const edm::EntitySet& set, Caller caller, edm::Record sent, RecordDone done) {
  const base::Timestamp now = clock_.now();
  base::Result<edm::Record> made = rules(set).create(caller, std::move(sent), now);
  if (!made) return done(std::move(made).error());
  auto write = std::make_shared<Write>(Write{.set = &set,
                                             .rules = &rules(set),
                                             .caller = std::move(caller),
                                             .key = made->key(),
                                             .operation = Operation::kCreate,
                                             .now = now,
                                             .event_id = base::ordered_uuid(now)});
  write->result = *std::move(made);
  const std::string& tenant = write->caller.tenant;
  store_.write(
      tenant,
      [write](store::Transaction& transaction) -> base::Status {
        MUSTER_TRY(transaction.insert(*write->set, write->caller.tenant, *write->result));
        return write->finish(transaction, nullptr, &*write->result);
      },
      deliver(write, std::move(done)));
}

void Entities::change(const std::shared_ptr<Write>& write, edm::Record changes, RecordDone done) {
  const std::string& tenant = write->caller.tenant;
  store_.write(
      tenant,
      [write, changes = std::move(changes)](store::Transaction& transaction) -> base::Status {
        const edm::Record before = MUSTER_TRY(write->current(transaction));
        edm::Record after = before;
        const edm::PropertyMask changed = after.merge(changes);
        if (changed == 0) {
          write->result = std::move(after);
          return base::done();
        }
        write->rules->touch(after, write->now);
        MUSTER_TRY(transaction.update(*write->set, write->caller.tenant, after));
        MUSTER_TRY(write->finish(transaction, &before, &after));
        write->result = std::move(after);
        return base::done();
      },
      deliver(write, std::move(done)));
}

void Entities::patch(const edm::EntitySet& set, Caller caller, std::string key, edm::Record sent,
                     RecordDone done) {
  const base::Timestamp now = clock_.now();
  base::Result<edm::Record> changes = rules(set).patch(caller, std::move(sent), now);
  if (!changes) return done(std::move(changes).error());
  change(std::make_shared<Write>(Write{.set = &set,
                                       .rules = &rules(set),
                                       .caller = std::move(caller),
                                       .key = std::move(key),
                                       .operation = Operation::kPatch,
                                       .now = now,
                                       .event_id = base::ordered_uuid(now)}),
         *std::move(changes), std::move(done));
}

void Entities::act(const edm::EntitySet& set, Caller caller, std::string key,
                   const edm::Action& action, const std::vector<edm::Value>& parameters,
                   StatusDone done) {
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
                                       .event_id = base::ordered_uuid(now)}),
         *std::move(changes), [done = std::move(done)](base::Result<edm::Record> record) {
           if (!record) return done(std::move(record).error());
           done(base::done());
         });
}

void Entities::remove(const edm::EntitySet& set, Caller caller, std::string key, StatusDone done) {
  const base::Timestamp now = clock_.now();
  auto write = std::make_shared<Write>(Write{.set = &set,
                                             .rules = &rules(set),
                                             .caller = std::move(caller),
                                             .key = std::move(key),
                                             .operation = Operation::kDelete,
                                             .now = now,
                                             .event_id = base::ordered_uuid(now)});
  const std::string& tenant = write->caller.tenant;
  store_.write(
      tenant,
      [write](store::Transaction& transaction) -> base::Status {
        const edm::Record before = MUSTER_TRY(write->current(transaction));
        MUSTER_TRY(transaction.remove(*write->set, write->caller.tenant, write->key));
        return write->finish(transaction, &before, nullptr);
      },
      std::move(done));
}

}  // namespace muster::enrollment
