// The embedded engine: one file, one writing thread, readers that never wait for it.
#pragma once

#include <memory>

#include "store/open.h"
#include "store/sqlite/group_writer.h"
#include "store/sqlite/read_pool.h"
#include "store/sqlite/shared_view.h"

namespace muster::store::sqlite {

// Made by open_sqlite() of open.h.
class SqliteStore final : public Store {
 public:
  // Errors as open_sqlite().
  [[nodiscard]] static base::Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);

  [[nodiscard]] base::Status read(const std::function<base::Status(Reader&)>& read) override;
  void write(std::string_view tenant, Work work, Completion completion) override;
  [[nodiscard]] base::Status health() override { return writer_.health(); }
  [[nodiscard]] StoreStatistics statistics() const override { return writer_.statistics(); }

 private:
  SqliteStore(SqliteOptions options, std::unique_ptr<Session> writing, SharedView view);

  const SqliteOptions options_;  // first: the parts refer to it
  // Also a connection that stays. When the last connection of all closes and another opens, SQLite
  // rebuilds the index of the log from the log itself, and what was refused because its sync failed
  // would come back as written. While one is open, the index stands and the next commit overwrites
  // it.
  SharedView view_;
  ReadPool readers_;  // outlives the writer, whose works may read
  GroupWriter writer_;
};

}  // namespace muster::store::sqlite
