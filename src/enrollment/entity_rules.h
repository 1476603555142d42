// What is special about one entity set: how something sent becomes a whole entity. The verbs
// themselves are the same for every set (entities.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "edm/record.h"
#include "enrollment/caller.h"
#include "store/store.h"

namespace muster::enrollment {

// Thread-safe. create(), patch() and act() run before the write, once, on the thread of the
// request: ids, tokens and pictures are made there. settle() and follow() run within the write,
// perhaps more than once. By default what is sent is what is created or changed, and an action, a
// function or a picture is kNotImplemented.
class EntityRules {
 public:
  virtual ~EntityRules() = default;

  // The whole entity that a create makes of what was sent.
  [[nodiscard]] virtual base::Result<edm::Record> create(const Caller& caller, edm::Record sent,
                                                         base::Timestamp now) const;
  // What an update changes, given what was sent.
  [[nodiscard]] virtual base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                                        base::Timestamp now) const;
  // What an action changes.
  [[nodiscard]] virtual base::Result<edm::Record> act(const Caller& caller,
                                                      const edm::Action& action,
                                                      const std::vector<edm::Value>& parameters,
                                                      base::Timestamp now) const;
  // What an action that has a result answers, once it is done.
  [[nodiscard]] virtual edm::Value answer(const edm::Action& action,
                                          const std::vector<edm::Value>& parameters) const;
  // Brings `after`, the entity with what patch() or act() gave as `changes`, in line with itself,
  // and notes that it was changed. `action` is null for an update. An error refuses the change.
  [[nodiscard]] virtual base::Status settle(const Caller& caller, const edm::Action* action,
                                            const edm::Record& changes, edm::Record& after,
                                            base::Timestamp now) const;
  // The octets of a picture of the entity, of the rendition's media type. kNotFound when there is
  // nothing to draw.
  [[nodiscard]] virtual base::Result<std::string> draw(const edm::Record& entity,
                                                       const edm::Rendition& rendition) const;
  // The result of a function of the set's collection; may read, within one view.
  [[nodiscard]] virtual base::Result<edm::Value> call(
      store::Reader& reader, const Caller& caller, const edm::Function& function,
      const std::vector<edm::Value>& arguments) const;
  // The entity of a singleton that was never changed, and so is in no store.
  [[nodiscard]] virtual std::optional<edm::Record> untouched(std::string_view key) const;
  // Changes what depends on the entity. `before` is null on create, `after` on delete.
  [[nodiscard]] virtual base::Status follow(store::Transaction& transaction, const Caller& caller,
                                            const edm::Record* before, const edm::Record* after,
                                            base::Timestamp now) const;
};

}  // namespace muster::enrollment
