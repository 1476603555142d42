#include "store/store.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace muster::store {

base::Status write_and_wait(Store& store, std::string_view tenant, Work work) {
  std::mutex mutex;
  std::condition_variable finished;
  std::optional<base::Status> outcome;
  store.write(tenant, std::move(work), [&](base::Status status) {
    // Notified under the lock: the waiting thread owns these objects and may not go before.
    const std::lock_guard lock(mutex);
    outcome = std::move(status);
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return outcome.has_value(); });
  return *std::move(outcome);
}

base::Result<std::optional<edm::Record>> get(Store& store, const edm::EntitySet& set,
                                             std::string_view tenant, std::string_view key,
                                             edm::PropertyMask properties) {
  std::optional<edm::Record> record;
  const auto status = store.read([&](Reader& reader) -> base::Status {
    record = MUSTER_TRY(reader.get(set, tenant, key, properties));
    return base::done();
  });
  if (!status) return status.error();
  return record;
}

base::Result<Page> list(Store& store, const Query& query) {
  Page page;
  const auto status = store.read([&](Reader& reader) -> base::Status {
    page = MUSTER_TRY(reader.list(query));
    return base::done();
  });
  if (!status) return status.error();
  return page;
}

}  // namespace muster::store
