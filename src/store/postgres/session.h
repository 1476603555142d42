// A connection with the contract's operations as SQL.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/vault.h"
#include "store/list_reader.h"
#include "store/postgres/connection.h"
#include "store/store.h"

namespace muster::store::postgres {

// Used by one thread at a time. A fault that is no conflict and no absence is remembered, so that a
// group is not committed by a work that overlooked it.
class Session final : public Transaction, private ListSource {
 public:
  Session(std::unique_ptr<Connection> connection, std::shared_ptr<const base::Vault> vault)
      : connection_(std::move(connection)), vault_(vault), encoder_(std::move(vault)) {}

  [[nodiscard]] base::Result<std::optional<edm::Record>> get(const edm::EntitySet& set,
                                                             std::string_view tenant,
                                                             std::string_view key,
                                                             edm::PropertyMask properties) override;
  [[nodiscard]] base::Result<Page> list(const Query& query) override;
  [[nodiscard]] base::Status insert(const edm::EntitySet& set, std::string_view tenant,
                                    const edm::Record& record) override;
  [[nodiscard]] base::Status update(const edm::EntitySet& set, std::string_view tenant,
                                    const edm::Record& record) override;
  [[nodiscard]] base::Status remove(const edm::EntitySet& set, std::string_view tenant,
                                    std::string_view key) override;

  // Ends the view that reads since the last call shared.
  void end_read();

  // A transaction that writes. It begins with the tenant's turn: a row that says how many groups
  // were written for the tenant and, by `mark`, which was the last. It is locked till the end, so
  // that writers of a tenant follow each other, on whatever node they are, and a work may decide
  // by what it read. Gives the group's number.
  [[nodiscard]] base::Result<std::int64_t> begin_write(std::string_view tenant,
                                                       std::string_view mark);
  enum class Outcome : std::uint8_t { kDone, kFailed, kUnknown };
  // Unknown: the answer did not come. Errors are in fault().
  [[nodiscard]] Outcome commit();
  void roll_back();
  // A savepoint, its end, and the way back to it. They go with the next statement.
  void save() { connection_->queue("SAVEPOINT work"); }
  void release() { connection_->queue("RELEASE SAVEPOINT work"); }
  void rewind();

  // What became of a group whose commit got no answer, asked on another connection. As durable as
  // a commit of its own.
  [[nodiscard]] Outcome outcome_of(std::string_view tenant, std::int64_t number,
                                   std::string_view mark);

  // Whether the database would take a write, by its own word; and by making one.
  [[nodiscard]] base::Status writable();
  [[nodiscard]] base::Status write_probe();

  // Whether inserts and updates are assumed to find what they need, so that none is waited for:
  // they say that they are done, and a wrong guess shows as a fault (kTaken) or in confirm(). For a
  // transaction that can be run again; begin_write() ends it.
  void assume(bool assuming) { assuming_ = assuming; }
  // Whether all that was assumed is true. What is wrong is in fault(), or a row was not there.
  [[nodiscard]] bool confirm();

  // Forgets what was written up to now.
  void start_work() { wrote_ = false; }
  [[nodiscard]] bool wrote() const { return wrote_; }
  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }
  void clear_fault() { fault_.reset(); }

  [[nodiscard]] Connection& connection() { return *connection_; }

 private:
  enum class In : std::uint8_t { kNothing, kRead, kWrite };

  [[nodiscard]] base::Status rows(const ListStatement& list, const Cell& tenant, Window window,
                                  const Show& show) override;
  [[nodiscard]] base::Result<std::optional<edm::Record>> record(
      const edm::EntitySet& set, std::string_view tenant, std::string_view key,
      edm::PropertyMask properties) override {
    return get(set, tenant, key, properties);
  }
  [[nodiscard]] base::Result<Rows> run(const std::string& sql, std::span<const Cell> cells,
                                       Connection::Keep keep = Connection::Keep::kPrepared);
  void hold_view();
  [[nodiscard]] base::Status stream(const ListStatement& list, std::span<const Cell> cells,
                                    const Show& show);
  [[nodiscard]] base::Result<bool> show_all(const ListStatement& list, const Rows& rows,
                                            const Show& show);
  [[nodiscard]] base::Status post(const std::string& sql, std::span<const Cell> cells,
                                  bool changes_row);
  [[nodiscard]] base::Status done_to_one(const base::Result<Rows>& rows, base::ErrorCode otherwise);

  std::unique_ptr<Connection> connection_;
  std::shared_ptr<const base::Vault> vault_;
  RowEncoder encoder_;
  std::vector<Cell> cells_;
  In in_ = In::kNothing;
  bool wrote_ = false;
  bool assuming_ = false;
  bool assumed_rows_ = false;  // not only that keys are free, which the database enforces itself
  std::optional<Fault> fault_;
};

}  // namespace muster::store::postgres
