#include "app/local_commands.h"

#include <iostream>
#include <memory>
#include <utility>

#include <boost/json.hpp>

#include "app/data_directory.h"
#include "app/print.h"
#include "app/run_files.h"
#include "app/signing_key_store.h"
#include "auth/client_secret.h"
#include "auth/issuer.h"
#include "auth/permission.h"
#include "base/encoding.h"
#include "base/random.h"
#include "edm/system_model.h"
#include "enrollment/audit.h"

namespace muster::app {
namespace {

namespace json = boost::json;
namespace row = edm::application;
using base::ErrorCode;

base::Status check_permissions(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (auth::permission_named(name)) continue;
    std::string message = "'" + name + "' is no permission that Muster knows.";
    if (const auto nearest = auth::nearest_permission(name)) {
      message += " Did you mean '" + std::string(*nearest) + "'?";
    }
    return base::fail(ErrorCode::kConfiguration, std::move(message), name);
  }
  return base::done();
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
  return out;
}

// Inserts or removes an application together with its audit event.
base::Status change_application(DataDirectory& data, const std::string& tenant,
                                const edm::Record* before, const edm::Record* after,
                                base::Timestamp now) {
  const enrollment::Change change{
      after == nullptr ? enrollment::Operation::kDelete : enrollment::Operation::kCreate,
      &edm::kApplications, nullptr, before, after};
  const enrollment::Caller caller = console_caller(tenant);
  const std::string event_id = base::ordered_uuid(now);
  return store::write_and_wait(
      data.store(), tenant, [&](store::Transaction& transaction) -> base::Status {
        if (after != nullptr) {
          MUSTER_TRY(transaction.insert(edm::kApplications, tenant, *after));
        } else {
          MUSTER_TRY(transaction.remove(edm::kApplications, tenant, before->key()));
        }
        return enrollment::append_audit(transaction, caller, change, event_id, now);
      });
}

base::Result<std::vector<edm::Record>> applications(store::Store& store, std::string_view tenant) {
  std::vector<edm::Record> records;
  store::Query query{.set = &edm::kApplications, .tenant = tenant, .limit = 1'000};
  for (;;) {
    store::Page page = MUSTER_TRY(store::list(store, query));
    for (edm::Record& record : page.records) records.push_back(std::move(record));
    if (!page.more) return records;
    query.after = records.back().key();
  }
}

}  // namespace

base::Status run_token(const Settings& settings, const TokenOptions& options,
                       const base::Clock& clock) {
  std::vector<std::string> scopes;
  for (const std::string& scope : options.scopes) {
    for (std::string& name : auth::split_scope(scope)) scopes.push_back(std::move(name));
  }
  MUSTER_TRY(check_permissions(options.roles));
  MUSTER_TRY(check_permissions(scopes));
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant = MUSTER_TRY(data.find_tenant(settings.client.tenant));
  const auto issuer = MUSTER_TRY(auth::Issuer::create(
      settings.auth, std::make_shared<StoredSigningKeys>(data.store()), clock));
  auth::MintRequest request;
  request.tenant_id = tenant.id;
  request.base_url = base_url_of(settings);
  request.audience = "https://graph.microsoft.com";
  request.delegated = !scopes.empty();
  request.application_name = "muster token";
  request.life = options.expires;
  request.permissions = request.delegated ? scopes : options.roles;
  if (request.permissions.empty()) {
    for (const auth::PermissionRow& permission : auth::permission_table()) {
      request.permissions.emplace_back(permission.name);
    }
  }
  const auth::MintedToken minted = MUSTER_TRY(issuer->mint(request));
  std::cout << minted.token.reveal() << '\n';
  return base::done();
}

base::Status run_app_create(const Settings& settings, const AppOptions& options,
                            const base::Clock& clock) {
  MUSTER_TRY(check_permissions(options.roles));
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant = MUSTER_TRY(data.find_tenant(settings.client.tenant));
  const base::Secret secret = auth::make_client_secret();
  edm::Record record(edm::kApplicationType);
  record.put(row::kClientId, base::random_uuid());
  record.put(row::kName, options.name);
  record.put(row::kSecretHash, auth::hash_client_secret(secret.reveal()));
  record.put(row::kRoles, joined(options.roles));
  record.put(row::kCreated, clock.now());
  MUSTER_TRY(change_application(data, tenant.id, nullptr, &record, clock.now()));
  if (options.json) {
    json::object out;
    out["tenantId"] = tenant.id;
    out["clientId"] = record.key();
    out["clientSecret"] = secret.reveal();
    std::cout << json::serialize(out) << '\n';
  } else {
    std::cout << "tenant        " << tenant.id << "\nclient id     " << record.key()
              << "\nclient secret " << secret.reveal()
              << "\n\nThe secret is shown this once and kept as a hash only.\n";
  }
  return base::done();
}

base::Status run_app_list(const Settings& settings, const AppOptions& options,
                          const base::Clock& clock) {
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant = MUSTER_TRY(data.find_tenant(settings.client.tenant));
  const std::vector<edm::Record> records = MUSTER_TRY(applications(data.store(), tenant.id));
  std::vector<std::vector<std::string>> table = {{"CLIENT ID", "NAME", "CREATED", "ROLES"}};
  json::array array;
  for (const edm::Record& record : records) {
    const std::string name = record.value_or(row::kName, std::string());
    const std::string roles = record.value_or(row::kRoles, std::string());
    const std::string created = record.value_or(row::kCreated, base::Timestamp()).text();
    table.push_back({record.key(), name, created.substr(0, 19) + "Z", roles});
    array.push_back(json::object{{"clientId", record.key()},
                                 {"name", name},
                                 {"createdDateTime", created},
                                 {"roles", roles}});
  }
  std::cout << (options.json ? json::serialize(array) + "\n" : aligned_table(table));
  return base::done();
}

base::Status run_app_delete(const Settings& settings, const AppOptions& options,
                            const base::Clock& clock) {
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant = MUSTER_TRY(data.find_tenant(settings.client.tenant));
  const std::optional<edm::Record> record = MUSTER_TRY(store::get(
      data.store(), edm::kApplications, tenant.id, base::ascii_lower(options.client_id)));
  if (!record) {
    return base::fail(ErrorCode::kNotFound,
                      "Tenant " + tenant.id + " has no application '" + options.client_id + "'.");
  }
  return change_application(data, tenant.id, &*record, nullptr, clock.now());
}

base::Status run_tenant_create(const Settings& settings, const TenantOptions& options,
                               const base::Clock& clock) {
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant =
      MUSTER_TRY(data.create_tenant(settings.client.tenant, options.name, options.label));
  if (options.json) {
    std::cout << json::serialize(json::object{
                     {"tenantId", tenant.id}, {"name", tenant.name}, {"label", tenant.label}})
              << '\n';
  } else {
    std::cout << tenant.id << '\n';
  }
  return base::done();
}

base::Status run_tenant_list(const Settings& settings, const TenantOptions& options,
                             const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  std::vector<std::vector<std::string>> table = {{"TENANT", "NAME", "LABEL"}};
  json::array array;
  for (const Tenant& tenant : MUSTER_TRY(data.tenants())) {
    table.push_back({tenant.id, tenant.name, tenant.label});
    array.push_back(
        json::object{{"tenantId", tenant.id}, {"name", tenant.name}, {"label", tenant.label}});
  }
  std::cout << (options.json ? json::serialize(array) + "\n" : aligned_table(table));
  return base::done();
}

}  // namespace muster::app
