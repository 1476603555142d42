#include "edm/read_guard.h"

namespace muster::edm {
namespace {

bool is_disclosed(const Record& record, const Property& row) {
  const auto guard = find_property(record.type().properties, row.discloses);
  return !guard || !record.has(*guard) || !record.at(*guard).is_null();
}

}  // namespace

void hide_from_readers(Record& record) {
  const auto rows = record.type().properties;
  PropertyMask hidden = 0;
  // Decided first: hiding a guard must not show what it guards.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool hide = rows[i].write_permission_to_read ||
                      (!rows[i].discloses.empty() && is_disclosed(record, rows[i]));
    if (hide && record.has(i)) hidden |= PropertyMask{1} << i;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((hidden >> i & 1) != 0) record.set(i, Value());
  }
}

}  // namespace muster::edm
