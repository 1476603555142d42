#include "store/sqlite/read_pool.h"

#include <utility>

namespace muster::store::sqlite {
namespace {

// Pages are read where the kernel has them in memory; SQLite's own limit is 2 GiB. `query_only`
// keeps a bug from writing past the writer.
constexpr const char* kPragmas =
    "PRAGMA mmap_size = 2147418112;"
    "PRAGMA query_only = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -8192;";

}  // namespace

base::Result<std::unique_ptr<Session>> ReadPool::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Session> session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
  }
  // Not kReadOnly: readers of a log must be able to write its index.
  Connection connection = MUSTER_TRY(
      Connection::open(options_.path, OpenMode::kReadWrite, options_.vfs, options_.busy_timeout));
  MUSTER_TRY(connection.execute(kPragmas));
  return std::make_unique<Session>(std::move(connection), options_.vault);
}

void ReadPool::give_back(std::unique_ptr<Session> session) {
  session->end_read();
  if (session->fault()) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(session));
}

}  // namespace muster::store::sqlite
