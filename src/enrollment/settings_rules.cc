#include "enrollment/settings_rules.h"

#include "edm/settings_model.h"

namespace muster::enrollment {
namespace {

base::Error needs_google(const edm::Action& action) {
  return base::fail(base::ErrorCode::kNotImplemented,
                    "The action '" + std::string(action.name) +
                        "' needs a connection to Google, which this service does not have.",
                    std::string(action.name));
}

}  // namespace

base::Result<edm::Record> ForWorkSettingsRules::act(const Caller& /*caller*/,
                                                    const edm::Action& action,
                                                    const std::vector<edm::Value>& /*parameters*/,
                                                    base::Timestamp /*now*/) const {
  return needs_google(action);
}

base::Status ForWorkSettingsRules::settle(const Caller& /*caller*/, const edm::Action* /*action*/,
                                          const edm::Record& /*changes*/, edm::Record& after,
                                          base::Timestamp now) const {
  after.put(edm::for_work_settings::kLastModified, now);
  return base::done();
}

std::optional<edm::Record> ForWorkSettingsRules::untouched(std::string_view key) const {
  namespace settings = edm::for_work_settings;
  edm::Record made(settings::kType);
  made.put(settings::kId, std::string(key));
  made.put(settings::kBindStatus, edm::bind_status::kNotBound);
  made.put(settings::kLastAppSyncStatus, edm::app_sync_status::kNone);
  made.put(settings::kEnrollmentTarget, std::int64_t{0});
  made.put(settings::kTargetGroupIds, edm::Collection());
  made.put(settings::kDeviceOwnerEnabled, true);
  made.complete();
  return made;
}

base::Result<edm::Record> StoreSettingsRules::act(const Caller& /*caller*/,
                                                  const edm::Action& action,
                                                  const std::vector<edm::Value>& parameters,
                                                  base::Timestamp /*now*/) const {
  namespace settings = edm::store_settings;
  if (&action != &settings::kSetFullyManaged) return needs_google(action);
  edm::Record changes(settings::kType);
  changes.put(settings::kFullyManagedEnabled, parameters[0].get<bool>());
  return changes;
}

base::Status StoreSettingsRules::settle(const Caller& /*caller*/, const edm::Action* /*action*/,
                                        const edm::Record& /*changes*/, edm::Record& after,
                                        base::Timestamp now) const {
  after.put(edm::store_settings::kLastModified, now);
  return base::done();
}

std::optional<edm::Record> StoreSettingsRules::untouched(std::string_view key) const {
  namespace settings = edm::store_settings;
  edm::Record made(settings::kType);
  made.put(settings::kId, std::string(key));
  made.put(settings::kBindStatus, edm::bind_status::kNotBound);
  made.put(settings::kEnterpriseType, std::int64_t{0});
  made.put(settings::kLastAppSyncStatus, edm::app_sync_status::kNone);
  made.put(settings::kEnrollmentTarget, std::int64_t{0});
  made.put(settings::kTargetGroupIds, edm::Collection());
  made.put(settings::kDeviceOwnerEnabled, true);
  made.put(settings::kFullyManagedEnabled, true);
  made.put(settings::kInitialScopeTagIds, edm::Collection());
  made.put(settings::kCompanyCodes, edm::Collection());
  made.complete();
  return made;
}

}  // namespace muster::enrollment
