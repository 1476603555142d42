// What must hold of an entity for a request on it to be done: the conditions of RFC 9110 §13.1, of
// which a version tag and "is there at all" are the only ones that OData knows
// (OData 4.01 Protocol §§8.2.4, 8.2.5).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace muster::enrollment {

// A list of versions, or `*`, which matches every one. Tags that this service never gave are left
// out: they match nothing.
struct VersionList {
  bool any = false;
  std::vector<std::int64_t> versions = {};

  // `version` is nullopt for an entity that has none.
  [[nodiscard]] bool matches(std::optional<std::int64_t> version) const {
    return any ||
           (version && std::find(versions.begin(), versions.end(), *version) != versions.end());
  }
};

struct Conditions {
  std::optional<VersionList> match = {};       // one of these, or it is refused
  std::optional<VersionList> none_match = {};  // none of these, or it is refused

  // Of an entity that exists. For one that does not, the answer is that it does not
  // (RFC 9110 §13.2.1), so nothing is checked.
  [[nodiscard]] bool hold(std::optional<std::int64_t> version) const {
    return (!match || match->matches(version)) && (!none_match || !none_match->matches(version));
  }
};

}  // namespace muster::enrollment
