// What callers do not see of an entity who may read it, but not change it: they get null in its
// place. Derived from Property::write_permission_to_read and Property::discloses.
#pragma once

#include "edm/record.h"

namespace muster::edm {

// The properties that may be hidden.
[[nodiscard]] constexpr PropertyMask guarded_from_readers(const EntityType& type) {
  PropertyMask mask = 0;
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    const Property& row = type.properties[i];
    if (row.write_permission_to_read || !row.discloses.empty()) mask |= PropertyMask{1} << i;
  }
  return mask;
}

// What has to be read beside `properties` for hide_from_readers to know what it may show.
[[nodiscard]] constexpr PropertyMask guards_of(const EntityType& type, PropertyMask properties) {
  PropertyMask mask = 0;
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    if ((properties >> i & 1) == 0 || type.properties[i].discloses.empty()) continue;
    for (std::size_t k = 0; k < type.properties.size(); ++k) {
      if (type.properties[k].name == type.properties[i].discloses) mask |= PropertyMask{1} << k;
    }
  }
  return mask;
}

// Makes null what is hidden. A property whose guard was not read is hidden.
void hide_from_readers(Record& record);

}  // namespace muster::edm
