// Which columns a table has, derived from the model: the same for every engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edm/record.h"

namespace muster::store {

enum class ColumnKind : std::uint8_t { kInteger, kText, kBlob };

// What of a property a column holds.
enum class ColumnRole : std::uint8_t {
  kTenant,
  kValue,     // the whole value
  kTicks,     // a date's instant
  kDateForm,  // how the date was written
  kFolded,    // a text in ASCII lower case, to sort and search by; written, never read
  kSealed,    // all sealed properties of the record
};

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::kText;
  ColumnRole role = ColumnRole::kValue;
  bool nullable = true;
  std::size_t ordinal = 0;  // of the property; of no meaning for kTenant and kSealed
};

// The columns of one table: tenant, key, the other properties in the order of the model (a date in
// two columns), and `sealed` last, where it costs nothing while it is not read.
struct RowLayout {
  std::vector<Column> columns;
  edm::PropertyMask all = 0;     // the bits of the type's properties
  edm::PropertyMask sealed = 0;  // those of the sealed ones
};

// Positions in RowLayout::columns.
inline constexpr std::size_t kTenantColumn = 0;
inline constexpr std::size_t kKeyColumn = 1;

// The layout of a stored set. Thread-safe; the reference stays valid.
[[nodiscard]] const RowLayout& layout_of(const edm::EntitySet& set);

// The columns, by position, that hold the key and what `properties` asks for.
[[nodiscard]] std::vector<std::size_t> columns_for(const RowLayout& layout,
                                                   edm::PropertyMask properties);

// The bits that a record has which was read with `properties`.
[[nodiscard]] inline edm::PropertyMask present_for(const RowLayout& layout,
                                                   edm::PropertyMask properties) {
  return (properties & layout.all) | 1;
}

}  // namespace muster::store
