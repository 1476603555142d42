// A connection with its prepared statements: the contract's operations as SQL.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/vault.h"
#include "store/list_reader.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace muster::store::sqlite {

// Used by one thread at a time. A fault that is no conflict and no absence is remembered, so that a
// group is not committed by a work that overlooked it.
class Session final : public Transaction, private ListSource {
 public:
  Session(Connection connection, std::shared_ptr<const base::Vault> vault);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

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

  // Transaction control of the writer.
  enum class Control : std::uint8_t { kBegin, kCommit, kRollback, kSavepoint, kRelease, kRewind };
  [[nodiscard]] base::Status control(Control what);

  // Forgets what start_work() to now changed and failed.
  void start_work() { wrote_ = false; }
  [[nodiscard]] bool wrote() const { return wrote_; }
  [[nodiscard]] const std::optional<base::Error>& fault() const { return fault_; }
  [[nodiscard]] std::optional<FaultKind> kind_of_fault() const { return fault_kind_; }
  void clear_fault();

  [[nodiscard]] Connection& connection() { return connection_; }

 private:
  enum class Verb : std::uint8_t { kGet, kInsert, kUpdate, kRemove };
  // Clients choose the shapes of lists, so what is kept of them is bounded.
  static constexpr std::size_t kMaxQueries = 128;
  struct Prepared {
    Statement statement;
    std::vector<std::size_t> columns;  // that are read, by position in the layout
  };
  // How the consistent view of several reads is held.
  enum class View : std::uint8_t { kNone, kStatement, kTransaction };

  [[nodiscard]] base::Result<Prepared*> prepared(Verb verb, const edm::EntitySet& set,
                                                 edm::PropertyMask properties = 0);
  [[nodiscard]] base::Status hold_view();
  [[nodiscard]] base::Result<edm::Record> row(const Prepared& prepared, const edm::EntitySet& set,
                                              std::string_view tenant,
                                              edm::PropertyMask properties);
  [[nodiscard]] base::Result<Prepared*> prepared(const ListStatement& list);
  [[nodiscard]] base::Status rows(const ListStatement& list, const Cell& tenant, Window window,
                                  const Show& show) override;
  [[nodiscard]] base::Result<std::optional<edm::Record>> record(
      const edm::EntitySet& set, std::string_view tenant, std::string_view key,
      edm::PropertyMask properties) override {
    return get(set, tenant, key, properties);
  }
  [[nodiscard]] base::Status put(Verb verb, const edm::EntitySet& set, std::string_view tenant,
                                 const edm::Record& record);
  [[nodiscard]] base::Status change(Prepared& prepared);
  base::Error note(base::Error error);

  Connection connection_;
  std::shared_ptr<const base::Vault> vault_;
  RowEncoder encoder_;
  std::map<std::tuple<Verb, const edm::EntitySet*, edm::PropertyMask>, Prepared> statements_;
  std::map<std::string, Prepared> queries_;  // lists, by their SQL
  std::map<Control, Statement> controls_;
  std::vector<Cell> cells_;
  View view_ = View::kNone;
  Statement* holding_ = nullptr;  // the statement that holds the view, in View::kStatement
  bool wrote_ = false;
  std::optional<base::Error> fault_;
  std::optional<FaultKind> fault_kind_;
};

}  // namespace muster::store::sqlite
