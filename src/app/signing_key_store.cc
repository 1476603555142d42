#include "app/signing_key_store.h"

#include <string>
#include <utility>

#include "edm/system_model.h"

namespace muster::app {
namespace {

namespace row = edm::signing_key;

}  // namespace

base::Result<std::vector<auth::SigningKey>> StoredSigningKeys::load_all() {
  const store::Page page = MUSTER_TRY(store::list(
      store_, {.set = &edm::kSigningKeys, .tenant = edm::kSystemTenant, .limit = 1'000}));
  std::vector<auth::SigningKey> keys;
  for (const edm::Record& record : page.records) {
    keys.push_back({.kid = record.key(),
                    .private_pem = base::Secret(record.value_or(row::kPrivateKey, std::string())),
                    .created = record.value_or(row::kCreated, base::Timestamp()),
                    .retires = record.value_or(row::kRetires, base::Timestamp())});
  }
  return keys;
}

base::Status StoredSigningKeys::add(const auth::SigningKey& key) {
  edm::Record record(edm::kSigningKeyType);
  record.put(row::kKeyId, key.kid);
  record.put(row::kPrivateKey, std::string(key.private_pem.reveal()));
  record.put(row::kCreated, key.created);
  record.put(row::kRetires, key.retires);
  return store::write_and_wait(
      store_, edm::kSystemTenant, [record](store::Transaction& transaction) {
        return transaction.insert(edm::kSigningKeys, edm::kSystemTenant, record);
      });
}

base::Status StoredSigningKeys::remove(std::string_view kid) {
  base::Status status = store::write_and_wait(
      store_, edm::kSystemTenant, [kid = std::string(kid)](store::Transaction& transaction) {
        return transaction.remove(edm::kSigningKeys, edm::kSystemTenant, kid);
      });
  if (!status && status.error().code == base::ErrorCode::kNotFound) return base::done();
  return status;
}

}  // namespace muster::app
