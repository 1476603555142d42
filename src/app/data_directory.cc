#include "app/data_directory.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "app/tenant_places.h"
#include "base/encoding.h"
#include "base/random.h"
#include "edm/copy_model.h"
#include "edm/system_model.h"
#include "enrollment/audit.h"
#include "store/open.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

base::Status make_private_folder(const std::string& path) {
  std::error_code fault;
  const bool made = fs::create_directories(path, fault);
  if (!fault && made) fs::permissions(path, fs::perms::owner_all, fault);
  if (!fault) return base::done();
  return base::fail(ErrorCode::kConfiguration,
                    "The folder '" + path + "' cannot be made: " + fault.message() + ".", path);
}

base::Result<std::unique_ptr<store::Store>> open_store(
    const Settings& settings, std::shared_ptr<const base::Vault> vault,
    std::function<void(std::size_t writes)> on_commit) {
  if (has_store_file(settings)) {
    return store::open_sqlite({.path = store_file(settings),
                               .vault = std::move(vault),
                               .queue_limit = settings.queue_limit,
                               .max_group = settings.group_size,
                               .busy_timeout = settings.store_wait,
                               .on_commit = std::move(on_commit)});
  }
  return store::open_postgres({.url = MUSTER_TRY(store_url(settings)),
                               .vault = std::move(vault),
                               .queue_limit = settings.queue_limit,
                               .max_group = settings.group_size,
                               .writers = settings.store_writers,
                               .readers = settings.store_readers,
                               .pooled = settings.store_pooled,
                               .on_commit = std::move(on_commit)});
}

// What `muster copy` has not finished lacks what its source has.
base::Status must_be_whole(store::Store& store) {
  const auto copy = MUSTER_TRY(
      store::get(store, edm::kStoreCopies, edm::kSystemTenant, edm::store_copy::kOnlyId));
  if (!copy) return base::done();
  return base::fail(ErrorCode::kConfiguration,
                    "The store is a copy that is not finished: stop the service on its source and "
                    "run 'muster copy' with --finish.",
                    "store");
}

}  // namespace

bool has_store_file(const Settings& settings) {
  return settings.store.empty() || settings.store.reveal() == "sqlite";
}

base::Status make_data_folder(const Settings& settings) {
  return make_private_folder(settings.data);
}

std::string store_file(const Settings& settings) {
  return settings.data + "/muster.db";
}

base::Result<std::string> store_url(const Settings& settings) {
  const std::string url(settings.store.reveal());
  if (url.starts_with("postgres://") || url.starts_with("postgresql://")) return url;
  return base::fail(ErrorCode::kConfiguration,
                    "The store is neither 'sqlite' nor a URL that begins with postgres://.",
                    "store");
}

enrollment::Caller console_caller(std::string tenant) {
  return {.tenant = std::move(tenant),
          .base_url = {},
          .request_id = base::random_uuid(),
          .actor = enrollment::make_actor({.type = "System", .application_name = "muster"})};
}

base::Result<DataDirectory> DataDirectory::open(const Settings& settings, const base::Clock& clock,
                                                std::function<void(std::size_t writes)> on_commit) {
  MUSTER_TRY(make_data_folder(settings));
  MUSTER_TRY(make_private_folder(settings.data + "/secrets"));
  // Before a store is made: what cannot be read here will not be there later.
  KeyEncryption encryption = MUSTER_TRY(KeyEncryption::open(settings));
  auto vault = base::Vault::empty();
  auto store = MUSTER_TRY(open_store(settings, vault, std::move(on_commit)));
  MUSTER_TRY(must_be_whole(*store));
  auto keys = MUSTER_TRY(
      DataKeys::open(*store, vault, std::move(encryption), clock, default_key_file(settings)));
  return DataDirectory(std::move(vault), std::move(store), std::move(keys), clock);
}

base::Result<std::vector<Tenant>> DataDirectory::tenants() const {
  std::vector<Tenant> found;
  store::Query query{.set = &edm::kTenants, .tenant = edm::kSystemTenant, .limit = 1'000};
  for (;;) {
    const store::Page page = MUSTER_TRY(store::list(*store_, query));
    for (const edm::Record& record : page.records) {
      found.push_back({record.key(), record.value_or(edm::tenant::kName, std::string()),
                       record.value_or(edm::tenant::kLabel, record.key())});
    }
    if (!page.more) return found;
    query.after = page.records.back().key();
  }
}

base::Status DataDirectory::ensure_tenant() {
  if (!MUSTER_TRY(tenants()).empty()) return base::done();
  MUSTER_TRY(create_tenant({}, "default"));
  return base::done();
}

base::Result<Tenant> DataDirectory::create_tenant(std::string id, std::string name,
                                                  std::string label) {
  if (id.empty()) id = base::random_uuid();
  id = base::ascii_lower(id);
  if (base::uuid_octets(id).empty() || id == edm::kSystemTenant) {
    return base::fail(ErrorCode::kConfiguration, "'" + id + "' is no GUID for a tenant.", "tenant");
  }
  if (label.empty()) label = make_label();
  if (!is_label(label)) {
    return base::fail(ErrorCode::kConfiguration,
                      "'" + label + "' is no label: 1 to 32 of a-z, 0-9 and dashes.", "label");
  }
  edm::Record record(edm::kTenantType);
  record.put(edm::tenant::kId, id);
  record.put(edm::tenant::kName, name);
  record.put(edm::tenant::kLabel, label);
  const base::Timestamp now = clock_->now();
  record.put(edm::tenant::kCreated, now);
  const enrollment::Caller caller = console_caller(std::string(edm::kSystemTenant));
  const std::string event_id = base::ordered_uuid(now);
  const enrollment::Change change{enrollment::Operation::kCreate, &edm::kTenants, nullptr, nullptr,
                                  &record};
  base::Status written = store::write_and_wait(
      *store_, edm::kSystemTenant, [&](store::Transaction& transaction) -> base::Status {
        if (MUSTER_TRY(find_labelled(transaction, label))) {
          return base::fail(ErrorCode::kConflict, "The label '" + label + "' is taken.", "label");
        }
        MUSTER_TRY(transaction.insert(edm::kTenants, edm::kSystemTenant, record));
        return enrollment::append_audit(transaction, caller, change, event_id, now);
      });
  if (!written) return std::move(written).error();
  return Tenant{std::move(id), std::move(name), std::move(label)};
}

base::Result<Tenant> DataDirectory::find_tenant(std::string_view wanted) const {
  const std::vector<Tenant> all = MUSTER_TRY(tenants());
  std::string list;
  std::vector<Tenant> matching;
  for (const Tenant& tenant : all) {
    list += (list.empty() ? "" : ", ") + tenant.id + " (" + tenant.name + ")";
    const bool meant =
        wanted.empty() || base::equal_ignoring_case(tenant.id, wanted) || tenant.name == wanted;
    if (meant) matching.push_back(tenant);
  }
  if (matching.size() == 1) return matching.front();
  const std::string problem =
      all.empty() ? "There is no tenant yet; make one with 'muster tenant create'."
      : matching.empty()
          ? "There is no tenant '" + std::string(wanted) + "'. There are: " + list + "."
          : "Say which tenant with --tenant: " + list + ".";
  return base::fail(ErrorCode::kConfiguration, problem, "tenant");
}

}  // namespace muster::app
