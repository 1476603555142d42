#include "store/open.h"

#include <utility>

#include "store/contract.h"
#include "store/memory_store.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"

namespace muster::store {

base::Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options) {
  return with_contract(MUSTER_TRY(sqlite::SqliteStore::open(std::move(options))));
}

base::Result<std::unique_ptr<Store>> open_postgres(PostgresOptions options) {
  return with_contract(MUSTER_TRY(postgres::PostgresStore::open(std::move(options))));
}

std::unique_ptr<Store> make_memory_store(std::size_t queue_limit) {
  return with_contract(std::make_unique<MemoryStore>(queue_limit));
}

}  // namespace muster::store
