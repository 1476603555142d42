#include "edm/record.h"

namespace muster::edm {
namespace {

// Members that were not sent keep what `current` has, or become null.
Complex overlay(const Value& current, const Complex& changes) {
  const Complex* before = current.get_if<Complex>();
  Complex result = changes;
  for (std::size_t i = 0; i < result.members.size(); ++i) {
    if (!result.members[i].is_absent()) continue;
    result.members[i] = before == nullptr ? Value() : before->members[i];
  }
  return result;
}

}  // namespace

void Record::complete() {
  for (Value& value : values_) {
    if (value.get_if<Complex>() != nullptr) value = overlay(Value(), value.get<Complex>());
  }
  const auto size = values_.size();
  present_ = size == 64 ? kAllProperties : (PropertyMask{1} << size) - 1;
}

PropertyMask Record::merge(const Record& changes) {
  PropertyMask changed = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!changes.has(i)) continue;
    const Complex* partial = changes.at(i).get_if<Complex>();
    Value next = partial == nullptr ? changes.at(i) : Value(overlay(values_[i], *partial));
    // A date compares by instant but is kept as written, so its form counts as a change too.
    const auto* date = next.get_if<base::Timestamp>();
    const auto* old_date = values_[i].get_if<base::Timestamp>();
    const bool same_form =
        date == nullptr || old_date == nullptr || date->form() == old_date->form();
    if (has(i) && next == values_[i] && same_form) continue;
    set(i, std::move(next));
    changed |= PropertyMask{1} << i;
  }
  return changed;
}

}  // namespace muster::edm
