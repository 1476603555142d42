// What is special about one entity set: how something sent becomes a whole entity. The verbs
// themselves are the same for every set (entities.h).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "edm/record.h"
#include "enrollment/caller.h"
#include "store/store.h"

namespace muster::enrollment {

// Thread-safe. The first three run before the write, once, on the thread of the request: ids,
// tokens and pictures are made there. follow() runs within the write, perhaps more than once.
class EntityRules {
 public:
  virtual ~EntityRules() = default;

  // The whole entity that a create makes of what was sent.
  [[nodiscard]] virtual base::Result<edm::Record> create(const Caller& caller, edm::Record sent,
                                                         base::Timestamp now) const = 0;
  // What an update changes, given what was sent.
  [[nodiscard]] virtual base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                                        base::Timestamp now) const = 0;
  // What an action changes.
  [[nodiscard]] virtual base::Result<edm::Record> act(const Caller& caller,
                                                      const edm::Action& action,
                                                      const std::vector<edm::Value>& parameters,
                                                      base::Timestamp now) const = 0;
  // Notes in `entity` that it was changed.
  virtual void touch(edm::Record& entity, base::Timestamp now) const = 0;
  // The octets of a picture of the entity, of the rendition's media type. kNotFound when there is
  // nothing to draw.
  [[nodiscard]] virtual base::Result<std::string> draw(const edm::Record& entity,
                                                       const edm::Rendition& rendition) const = 0;
  // The result of a function of the set's collection; may read, within one view.
  [[nodiscard]] virtual base::Result<edm::Value> call(
      store::Reader& /*reader*/, const Caller& /*caller*/, const edm::Function& function,
      const std::vector<edm::Value>& /*arguments*/) const {
    return base::fail(base::ErrorCode::kNotImplemented,
                      "The function '" + std::string(function.name) + "' is not supported here.",
                      std::string(function.name));
  }
  // Changes what depends on the entity. `before` is null on create, `after` on delete.
  [[nodiscard]] virtual base::Status follow(store::Transaction& transaction, const Caller& caller,
                                            const edm::Record* before, const edm::Record* after,
                                            base::Timestamp now) const = 0;
};

}  // namespace muster::enrollment
