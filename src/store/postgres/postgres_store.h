// The engine for several nodes: a database that speaks PostgreSQL's protocol.
#pragma once

#include <memory>

#include "store/open.h"
#include "store/postgres/group_writer.h"
#include "store/postgres/migrations.h"
#include "store/postgres/read_pool.h"

namespace muster::store::postgres {

// Made by open_postgres() of open.h.
class PostgresStore final : public Store {
 public:
  // Errors as open_postgres(). `program` is another version of this one, in tests.
  [[nodiscard]] static base::Result<std::unique_ptr<PostgresStore>> open(
      PostgresOptions options, const Program& program = {});

  [[nodiscard]] base::Status read(const std::function<base::Status(Reader&)>& read) override;
  void write(std::string_view tenant, Work work, Completion completion) override;
  [[nodiscard]] bool reads_wait() const override { return true; }
  [[nodiscard]] base::Status health() override { return writer_.health(); }
  [[nodiscard]] StoreStatistics statistics() const override { return writer_.statistics(); }

 private:
  explicit PostgresStore(PostgresOptions options);

  const PostgresOptions options_;  // first: the parts refer to it
  const ConnectionOptions connection_;
  Losses losses_;
  ReadPool readers_;  // outlives the writer, whose completions may read
  GroupWriter writer_;
};

}  // namespace muster::store::postgres
