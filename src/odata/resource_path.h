// What a request path means, by the model (OData 4.01 URL Conventions §4). No tables of routes: a
// new entity set, action or property is found as soon as the model names it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edm/enrollment_model.h"
#include "edm/record.h"

namespace muster::odata {

struct Resource {
  enum class Kind : std::uint8_t {
    kEntitySet,
    kReferences,  // …/$ref of a set
    kCount,       // …/$count of a set
    kEntity,
    kAction,
    kRendition,
    kContainer,      // the singleton that contains the sets
    kEntityById,     // $entity?$id=…; `key` is the URL that $id names
    kReference,      // …/$ref of an entity
    kProperty,       // …/displayName, …/qrCodeImage/type
    kRawValue,       // …/$value of a property
    kPropertyCount,  // …/$count of a collection
    kFunction,
  };
  Kind kind = Kind::kEntitySet;
  const edm::EntitySet* set = nullptr;  // null for kContainer and kEntityById
  std::string key = {};                 // as sent, decoded; empty for sets and singletons
  const edm::Action* action = nullptr;
  const edm::Rendition* rendition = nullptr;
  std::string_view container = {};                  // set for kContainer, as the model writes it
  std::vector<const edm::Property*> property = {};  // from the entity inwards; never empty for a
                                                    // property, its value or its count
  const edm::Function* function = nullptr;
  std::vector<edm::Value> arguments = {};  // by ordinal of the function's parameters
  // Parts of the query that say where the resource is, not what is asked of it: `@k`, `id`.
  std::vector<std::string> address_options = {};
};

// `path` is what follows the version, percent-encoded as sent: "/deviceManagement/…". It is split
// at `/` first and decoded once after (URL Conventions §2). Names compare without ASCII case, keys
// exactly. Keys: as a segment or in parentheses, `('k')`, `(id='k')`, `(@k)` with `@k` in `query`,
// or a bare GUID `(k)`. What follows a set is read in the order of URL Conventions §4.3.6: `$…`,
// qualified name, function, key. `sets` are those that are served.
// Errors: kSegmentNotFound naming the segment; kBadRequest for bad escapes, UTF-8, key or argument
// syntax; kNotFound for a type cast that no entity here has and for a key that is null;
// kNotImplemented for what OData defines beyond this.
[[nodiscard]] base::Result<Resource> resolve(
    std::string_view path, std::string_view query = {},
    std::span<const edm::EntitySet* const> sets = edm::served_sets());

}  // namespace muster::odata
