#include "app/directory.h"

#include <chrono>

#include "auth/permission.h"
#include "base/random.h"
#include "edm/system_model.h"

namespace muster::app {
namespace {

constexpr std::chrono::seconds kBelieved{1};
constexpr std::chrono::seconds kInUse{60};
constexpr std::size_t kMostKnown = 10'000;

constexpr edm::PropertyMask kKeyAlone{1};  // for whether a record is there

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
  const bool exists =
      !base::uuid_octets(tenant).empty() &&
      MUSTER_TRY(store::get(store_, edm::kTenants, edm::kSystemTenant, tenant, kKeyAlone))
          .has_value();
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_.insert_or_assign(std::string(tenant), Known{exists, now.plus(kBelieved)});
  return exists;
}

base::Result<bool> Directory::application_exists(std::string_view tenant,
                                                 std::string_view client_id) {
  ApplicationKey key{tenant, client_id};
  const base::Timestamp now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = applications_.find(key);
    if (found != applications_.end()) {
      found->second.used = now;
      return found->second.exists;
    }
  }
  const bool possible = !base::uuid_octets(tenant).empty() && !base::uuid_octets(client_id).empty();
  if (!possible) return false;
  const bool there =
      MUSTER_TRY(store::get(store_, edm::kApplications, tenant, client_id, kKeyAlone)).has_value();
  const std::lock_guard lock(mutex_);
  if (applications_.size() >= kMostKnown) applications_.clear();
  applications_.insert_or_assign(std::move(key), KnownApplication{there, now});
  return there;
}

base::Status Directory::refresh() {
  std::map<ApplicationKey, bool> looked;
  {
    const base::Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    std::erase_if(applications_,
                  [&](const auto& entry) { return entry.second.used.plus(kInUse) < now; });
    for (const auto& [key, known] : applications_) looked.emplace(key, known.exists);
  }
  if (looked.empty()) return base::done();
  base::Status read = store_.read([&](store::Reader& reader) -> base::Status {
    for (auto& [key, there] : looked) {
      there =
          MUSTER_TRY(reader.get(edm::kApplications, key.first, key.second, kKeyAlone)).has_value();
    }
    return base::done();
  });
  if (!read) return read;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, there] : looked) {
    const auto known = applications_.find(key);
    if (known != applications_.end()) known->second.exists = there;
  }
  return base::done();
}

}  // namespace muster::app
