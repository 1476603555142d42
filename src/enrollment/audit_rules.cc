#include "enrollment/audit_rules.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "edm/audit_model.h"
#include "edm/system_model.h"
#include "enrollment/audit.h"

namespace muster::enrollment {
namespace {

edm::Value sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  edm::Collection made;
  for (std::string& name : names) made.items.emplace_back(std::move(name));
  return made;
}

}  // namespace

base::Result<edm::Value> AuditRules::call(store::Reader& /*reader*/, const Caller& /*caller*/,
                                          const edm::Function& function,
                                          const std::vector<edm::Value>& arguments) const {
  const bool categories = &function == &edm::audit_event::kGetCategories;
  const std::string* category = categories ? nullptr : arguments[0].get_if<std::string>();
  std::vector<std::string> names;
  for (const edm::EntitySet* set : edm::stored_sets()) {
    if (set->audit_category.empty()) continue;
    if (categories) {
      names.emplace_back(set->audit_category);
    } else if (category != nullptr && base::equal_ignoring_case(*category, set->audit_category)) {
      const std::vector<std::string> types = activity_types(*set);
      names.insert(names.end(), types.begin(), types.end());
    }
  }
  return sorted(std::move(names));
}

}  // namespace muster::enrollment
