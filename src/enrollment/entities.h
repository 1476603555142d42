// Changes to entities of any set: rules, row, dependent rows and audit event, in one transaction.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "enrollment/caller.h"
#include "enrollment/conditions.h"
#include "enrollment/entity_rules.h"
#include "store/store.h"

namespace muster::enrollment {

// Thread-safe. Every `done` is called exactly once: on the calling thread when the change is
// refused before it is queued, else on a thread of the store when it is durable. Errors: those of
// the rules; kNotFound for a key that the tenant does not have; kPreconditionFailed when the
// conditions do not hold of the entity as the write finds it, so that of two writers who name the
// same version one is refused; kNotRepeatable as find_done(); the store's.
//
// A change of a caller with a repeatable request is made once (repeatable_request.h). When it was
// made before, conditions and body count no more, and `done` gets the entity as it is by now: only
// its key if it is gone.
class Entities {
 public:
  using RecordDone = std::function<void(base::Result<edm::Record>)>;
  using StatusDone = std::function<void(base::Status)>;

  // `store` and `clock` must outlive this.
  Entities(store::Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}
  void add_rules(const edm::EntitySet& set, std::unique_ptr<EntityRules> rules);

  void create(const edm::EntitySet& set, Caller caller, edm::Record sent, RecordDone done);
  // The entity, read by itself; that of a singleton that was never changed as its rules have it.
  // nullopt when the tenant has none of that key.
  [[nodiscard]] base::Result<std::optional<edm::Record>> find(const edm::EntitySet& set,
                                                              std::string_view tenant,
                                                              std::string_view key,
                                                              edm::PropertyMask properties) const;
  // The same within a view of the store.
  [[nodiscard]] base::Result<std::optional<edm::Record>> find(store::Reader& reader,
                                                              const edm::EntitySet& set,
                                                              std::string_view tenant,
                                                              std::string_view key,
                                                              edm::PropertyMask properties) const;
  // Gives the entity as it is afterwards. What changes nothing writes nothing. kBadRequest when a
  // property that is fixed after the create would change.
  void patch(const edm::EntitySet& set, Caller caller, std::string key, edm::Record sent,
             Conditions conditions, RecordDone done);
  void remove(const edm::EntitySet& set, Caller caller, std::string key, Conditions conditions,
              StatusDone done);
  // Gives the entity as it is afterwards.
  void act(const edm::EntitySet& set, Caller caller, std::string key, const edm::Action& action,
           const std::vector<edm::Value>& parameters, Conditions conditions, RecordDone done);
  // The result of a function of the set, within one view of the store.
  [[nodiscard]] base::Result<edm::Value> call(const edm::EntitySet& set, const Caller& caller,
                                              const edm::Function& function,
                                              const std::vector<edm::Value>& arguments) const;
  // As EntityRules::answer.
  [[nodiscard]] edm::Value answer(const edm::EntitySet& set, const edm::Action& action,
                                  const std::vector<edm::Value>& parameters) const {
    return rules(set).answer(action, parameters);
  }
  // As EntityRules::draw.
  [[nodiscard]] base::Result<std::string> draw(const edm::EntitySet& set, const edm::Record& entity,
                                               const edm::Rendition& rendition) const {
    return rules(set).draw(entity, rendition);
  }

 private:
  struct Write;
  [[nodiscard]] const EntityRules& rules(const edm::EntitySet& set) const;
  [[nodiscard]] store::Store& store_for(const Caller& caller);
  void change(const std::shared_ptr<Write>& write, edm::Record changes, RecordDone done);
  static void submit(store::Store& store, const std::shared_ptr<Write>& write, store::Work work,
                     store::Completion done);

  store::Store& store_;
  const base::Clock& clock_;
  std::map<const edm::EntitySet*, std::unique_ptr<EntityRules>> rules_;
};

// The key under which the one entity of a singleton set is kept: the tenant's id, or the set's name
// where the key is text.
[[nodiscard]] std::string singleton_key(const edm::EntitySet& set, std::string_view tenant);

// The refusal of a request whose conditions do not hold.
[[nodiscard]] base::Error precondition_failed();

// The refusal of a key that is not there. Says nothing about other tenants.
[[nodiscard]] base::Error not_found(const edm::EntitySet& set, std::string_view key);

}  // namespace muster::enrollment
