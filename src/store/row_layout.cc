#include "store/row_layout.h"

#include <map>
#include <mutex>
#include <utility>

namespace muster::store {
namespace {

using edm::Property;
using edm::Storage;
using edm::Type;

ColumnKind kind_of(const Property& property) {
  if (property.storage == Storage::kJson) return ColumnKind::kText;
  if (property.storage == Storage::kUuid || property.type == Type::kBinary) {
    return ColumnKind::kBlob;
  }
  return property.type == Type::kString ? ColumnKind::kText : ColumnKind::kInteger;
}

void add_columns(RowLayout& layout, const Property& property, std::size_t ordinal) {
  const std::string name(property.column);
  if (property.storage == Storage::kColumn && property.type == Type::kDateTimeOffset) {
    layout.columns.push_back(
        {name, ColumnKind::kInteger, ColumnRole::kTicks, property.nullable, ordinal});
    layout.columns.push_back(
        {name + "_form", ColumnKind::kInteger, ColumnRole::kDateForm, property.nullable, ordinal});
    return;
  }
  layout.columns.push_back(
      {name, kind_of(property), ColumnRole::kValue, property.nullable, ordinal});
  if (property.folded_column.empty()) return;
  layout.columns.push_back({std::string(property.folded_column), ColumnKind::kBlob,
                            ColumnRole::kFolded, property.nullable, ordinal});
}

RowLayout make_layout(const edm::EntityType& type) {
  RowLayout layout;
  layout.columns.push_back({"tenant", ColumnKind::kBlob, ColumnRole::kTenant, false, 0});
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    const edm::PropertyMask bit = edm::PropertyMask{1} << i;
    layout.all |= bit;
    if (type.properties[i].storage == Storage::kSealed) {
      layout.sealed |= bit;
    } else {
      add_columns(layout, type.properties[i], i);
    }
  }
  if (layout.sealed != 0) {
    layout.columns.push_back({"sealed", ColumnKind::kBlob, ColumnRole::kSealed, false, 0});
  }
  return layout;
}

const RowLayout& shared_layout(const edm::EntityType& type) {
  static std::mutex mutex;
  static std::map<const edm::EntityType*, RowLayout> layouts;
  const std::lock_guard lock(mutex);
  const auto found = layouts.find(&type);
  if (found != layouts.end()) return found->second;
  return layouts.emplace(&type, make_layout(type)).first->second;
}

}  // namespace

const RowLayout& layout_of(const edm::EntitySet& set) {
  // Asked several times a row, for a handful of types: no lock but for the first time of a thread.
  thread_local std::vector<std::pair<const edm::EntityType*, const RowLayout*>> known;
  for (const auto& [type, layout] : known) {
    if (type == set.type) return *layout;
  }
  known.emplace_back(set.type, &shared_layout(*set.type));
  return *known.back().second;
}

std::vector<std::size_t> columns_for(const RowLayout& layout, edm::PropertyMask properties) {
  const edm::PropertyMask wanted = present_for(layout, properties);
  std::vector<std::size_t> columns;
  for (std::size_t i = kKeyColumn; i < layout.columns.size(); ++i) {
    const Column& column = layout.columns[i];
    if (column.role == ColumnRole::kFolded) continue;
    const bool asked = column.role == ColumnRole::kSealed ? (wanted & layout.sealed) != 0
                                                          : (wanted >> column.ordinal & 1) != 0;
    if (asked) columns.push_back(i);
  }
  return columns;
}

}  // namespace muster::store
