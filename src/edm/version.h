// The internal property that counts an entity's changes. Entity tags are made of it
// (OData 4.01 Protocol §8.3.1), and conditions are checked against it inside the write.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "edm/record.h"

namespace muster::edm {

// 1 when the entity is created, one more with every change. A type that has this row gets entity
// tags; one without has none, and conditions on it never hold but for `*`.
inline constexpr Property kVersionRow{.name = "version",
                                      .column = "version",
                                      .type = Type::kInt64,
                                      .nullable = false,
                                      .access = Access::kInternal,
                                      .minimum = 1,
                                      .sentence = "Counts the changes of the entity."};

// Ordinal of that row; nullopt when the type has none. It stands last by custom, so it is found at
// once.
[[nodiscard]] constexpr std::optional<std::size_t> version_ordinal(const EntityType& type) {
  for (std::size_t i = type.properties.size(); i-- > 0;) {
    const Property& row = type.properties[i];
    if (row.access == Access::kInternal && row.name == kVersionRow.name) return i;
  }
  return std::nullopt;
}

// What has to be read beside other properties for version_of; 0 without such a row.
[[nodiscard]] constexpr PropertyMask version_bit(const EntityType& type) {
  const auto ordinal = version_ordinal(type);
  return ordinal ? PropertyMask{1} << *ordinal : 0;
}

// nullopt when the type has no version or it was not read.
[[nodiscard]] inline std::optional<std::int64_t> version_of(const Record& record) {
  const auto ordinal = version_ordinal(record.type());
  if (!ordinal || !record.has(*ordinal)) return std::nullopt;
  const auto* version = record.at(*ordinal).get_if<std::int64_t>();
  return version == nullptr ? std::nullopt : std::optional(*version);
}

// Does nothing when the type has no version.
inline void set_version(Record& record, std::int64_t version) {
  if (const auto ordinal = version_ordinal(record.type())) record.set(*ordinal, Value(version));
}

}  // namespace muster::edm
