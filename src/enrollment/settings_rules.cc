#include "enrollment/settings_rules.h"

#include "edm/settings_model.h"

namespace muster::enrollment {
namespace {

// What a property has before anybody set it: not bound, never synchronised, everything allowed.
edm::Value initial(const edm::Property& row) {
  if (row.collection) return edm::Collection();
  if (row.nullable) return {};
  if (row.type == edm::Type::kBoolean) return true;
  const bool sync = row.name == "lastAppSyncStatus";
  return sync ? edm::app_sync_status::kNone : row.enumeration->members.front().value;
}

}  // namespace

SettingsRules::SettingsRules(const edm::EntityType& type)
    : type_(type), last_modified_(*edm::find_property(type.properties, "lastModifiedDateTime")) {}

base::Result<edm::Record> SettingsRules::act(const Caller& /*caller*/, const edm::Action& action,
                                             const std::vector<edm::Value>& parameters,
                                             base::Timestamp /*now*/) const {
  if (&action != &edm::store_settings::kSetFullyManaged) {
    return base::fail(base::ErrorCode::kNotImplemented,
                      "The action '" + std::string(action.name) +
                          "' needs a connection to Google, which this service does not have.",
                      std::string(action.name));
  }
  edm::Record changes(type_);
  changes.put(edm::store_settings::kFullyManagedEnabled, parameters[0].get<bool>());
  return changes;
}

base::Status SettingsRules::settle(const Caller& /*caller*/, const edm::Action* /*action*/,
                                   const edm::Record& /*changes*/, edm::Record& after,
                                   base::Timestamp now) const {
  after.set(last_modified_, now);
  return base::done();
}

std::optional<edm::Record> SettingsRules::untouched(std::string_view key) const {
  edm::Record made(type_);
  made.set(0, std::string(key));
  for (std::size_t i = 1; i < type_.properties.size(); ++i) {
    if (type_.properties[i].access == edm::Access::kInternal) continue;  // the version
    made.set(i, initial(type_.properties[i]));
  }
  made.complete();
  return made;
}

}  // namespace muster::enrollment
