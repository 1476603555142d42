// What a request path means, by the model (OData 4.01 URL Conventions §4). No tables of routes: a
// new entity set or action is found as soon as the model names it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/model.h"

namespace muster::odata {

struct Resource {
  enum class Kind : std::uint8_t {
    kEntitySet,
    kReferences,  // …/$ref
    kCount,       // …/$count
    kEntity,
    kAction,
    kRendition,
  };
  Kind kind = Kind::kEntitySet;
  const edm::EntitySet* set = nullptr;
  std::string key = {};  // as sent, decoded; empty for sets
  const edm::Action* action = nullptr;
  const edm::Rendition* rendition = nullptr;
};

// `path` is what follows the version, percent-encoded as sent: "/deviceManagement/…". It is split
// at
// `/` first and decoded once after (URL Conventions §2). Names compare without ASCII case, keys
// exactly. Keys: as a segment or in parentheses, `('k')`, `(id='k')`, or a bare GUID `(k)`.
// Errors: kSegmentNotFound naming the segment, kBadRequest for bad escapes, UTF-8 or key syntax,
// kNotImplemented for parts of the model that are not served as resources.
[[nodiscard]] base::Result<Resource> resolve(std::string_view path);

}  // namespace muster::odata
