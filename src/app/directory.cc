#include "app/directory.h"

#include <chrono>

#include "auth/permission.h"
#include "base/random.h"
#include "edm/system_model.h"

namespace muster::app {
namespace {

constexpr std::chrono::seconds kBelieved{1};
constexpr std::size_t kMostKnown = 10'000;

}  // namespace

base::Result<std::optional<auth::Application>> Directory::find(std::string_view tenant,
                                                               std::string_view client_id) {
  namespace row = edm::application;
  if (base::uuid_octets(tenant).empty()) return std::optional<auth::Application>();
  const std::optional<edm::Record> record =
      MUSTER_TRY(store::get(store_, edm::kApplications, tenant, client_id));
  if (!record) return std::optional<auth::Application>();
  return std::optional<auth::Application>(
      {.client_id = record->key(),
       .tenant = std::string(tenant),
       .name = record->value_or(row::kName, std::string()),
       .secret_hash = record->value_or(row::kSecretHash, std::string()),
       .roles = auth::split_scope(record->value_or(row::kRoles, std::string()))});
}

base::Result<bool> Directory::tenant_exists(std::string_view tenant) {
  const base::Timestamp now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(tenant);
    if (found != known_.end() && now < found->second.until) return found->second.exists;
  }
  const bool exists = !base::uuid_octets(tenant).empty() &&
                      MUSTER_TRY(store::get(store_, edm::kTenants, edm::kSystemTenant, tenant,
                                            edm::PropertyMask{1}))
                          .has_value();
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_.insert_or_assign(std::string(tenant), Known{exists, now.plus(kBelieved)});
  return exists;
}

}  // namespace muster::app
