#include "store/sqlite/session.h"

#include <utility>

#include "store/row_codec.h"
#include "store/sqlite/dialect.h"
#include "store/sqlite/execution.h"
#include "store/statements.h"

namespace muster::store::sqlite {
namespace {

constexpr std::size_t kMaxStatements = 256;  // masks come from clients' $select: bounded

const char* control_sql(Session::Control what) {
  switch (what) {
    case Session::Control::kBegin:
      return "BEGIN IMMEDIATE";
    case Session::Control::kCommit:
      return "COMMIT";
    case Session::Control::kRollback:
      return "ROLLBACK";
    case Session::Control::kSavepoint:
      return "SAVEPOINT work";
    case Session::Control::kRelease:
      return "RELEASE work";
    case Session::Control::kRewind:
      break;
  }
  return "ROLLBACK TO work";
}

// Always has a row: one of NULLs comes last, so that the statement is still running, and holds its
// view of the data, when a record does not exist.
std::string select_one(const edm::EntitySet& set, const std::vector<std::size_t>& columns) {
  std::string nulls = "NULL";
  for (std::size_t i = 1; i < columns.size(); ++i) nulls += ", NULL";
  return select_row(dialect(), set, columns) + " UNION ALL SELECT " + nulls;
}

base::Error not_found() {
  return base::fail(base::ErrorCode::kNotFound, "No record of that key exists.");
}

}  // namespace

Session::Session(Connection connection, std::shared_ptr<const base::Vault> vault)
    : connection_(std::move(connection)), vault_(vault), encoder_(std::move(vault)) {}

Session::~Session() {
  end_read();
}

base::Error Session::note(base::Error error) {
  const FaultKind kind = fault_kind(connection_.handle());
  if (kind == FaultKind::kConflict) return error;
  if (!fault_) {
    fault_ = error;
    fault_kind_ = kind;
  }
  return error;
}

void Session::clear_fault() {
  fault_.reset();
  fault_kind_.reset();
}

base::Result<Session::Prepared*> Session::prepared(Verb verb, const edm::EntitySet& set,
                                                   edm::PropertyMask properties) {
  const RowLayout& layout = layout_of(set);
  const bool reads = verb == Verb::kGet;
  const edm::PropertyMask mask = reads ? present_for(layout, properties) : 0;
  const auto key = std::make_tuple(verb, &set, mask);
  const auto found = statements_.find(key);
  if (found != statements_.end()) return &found->second;
  if (statements_.size() >= kMaxStatements && holding_ == nullptr) statements_.clear();

  Prepared fresh;
  if (reads) fresh.columns = columns_for(layout, mask);
  std::string sql;
  switch (verb) {
    case Verb::kGet:
      sql = select_one(set, fresh.columns);
      break;
    case Verb::kInsert:
      sql = insert_row(dialect(), set);
      break;
    case Verb::kUpdate:
      sql = update_row(dialect(), set);
      break;
    case Verb::kRemove:
      sql = delete_row(dialect(), set);
      break;
  }
  auto statement = connection_.prepare(sql);
  if (!statement) return note(std::move(statement).error());
  fresh.statement = std::move(statement).value();
  return &statements_.emplace(key, std::move(fresh)).first->second;
}

// A view begins with the first statement and lasts while one is running or a transaction is open.
// One get, the usual case, is kept running; more than that opens a transaction around it.
base::Status Session::hold_view() {
  if (view_ == View::kTransaction || connection_.in_transaction()) return base::done();
  auto begun = connection_.execute("BEGIN");
  if (!begun) return note(std::move(begun).error());
  view_ = View::kTransaction;
  if (holding_ != nullptr) std::exchange(holding_, nullptr)->reset();
  return base::done();
}

void Session::end_read() {
  if (holding_ != nullptr) std::exchange(holding_, nullptr)->reset();
  // A read transaction has nothing that could fail to be committed.
  if (view_ == View::kTransaction) static_cast<void>(connection_.execute("COMMIT"));
  view_ = View::kNone;
}

base::Result<edm::Record> Session::row(const Prepared& prepared, const edm::EntitySet& set,
                                       std::string_view tenant, edm::PropertyMask properties) {
  cells_.clear();
  for (std::size_t i = 0; i < prepared.columns.size(); ++i) {
    cells_.push_back(prepared.statement.column(static_cast<int>(i)));
  }
  return decode_row(set, tenant, properties, prepared.columns, cells_, *vault_);
}

base::Result<std::optional<edm::Record>> Session::get(const edm::EntitySet& set,
                                                      std::string_view tenant, std::string_view key,
                                                      edm::PropertyMask properties) {
  const KeyCell tenant_cell(tenant);
  const KeyCell key_cell(set, key);
  if (!tenant_cell.ok() || !key_cell.ok()) return std::optional<edm::Record>();
  if (view_ != View::kNone) MUSTER_TRY(hold_view());

  Prepared& select = *MUSTER_TRY(prepared(Verb::kGet, set, properties));
  select.statement.bind(1, tenant_cell.cell());
  select.statement.bind(2, key_cell.cell());
  const bool alone = view_ == View::kNone && !connection_.in_transaction();
  std::optional<Execution> execution;
  if (alone) {
    view_ = View::kStatement;
    holding_ = &select.statement;
  } else {
    execution.emplace(select.statement);
  }
  auto step = select.statement.step();
  if (!step) return note(std::move(step).error());
  if (select.statement.column(0).kind == Cell::Kind::kNull) return std::optional<edm::Record>();
  return std::optional(MUSTER_TRY(row(select, set, tenant, properties)));
}

base::Result<Session::Prepared*> Session::prepared(const ListStatement& list) {
  const auto found = queries_.find(list.sql);
  if (found != queries_.end()) return &found->second;
  if (queries_.size() >= kMaxQueries) queries_.clear();
  auto statement = connection_.prepare(list.sql);
  if (!statement) return note(std::move(statement).error());
  return &queries_.emplace(list.sql, Prepared{std::move(statement).value(), list.columns})
              .first->second;
}

base::Status Session::rows(const ListStatement& list, const Cell& tenant, Window window,
                           const Show& show) {
  Statement& select = MUSTER_TRY(prepared(list))->statement;
  const Execution execution(select);
  select.bind(1, tenant);
  if (list.limited) {
    select.bind(2, window.limit);
    select.bind(3, window.offset);
  }
  int number = kFirstParameter;
  for (const Parameter& parameter : list.parameters) select.bind(number++, parameter.cell());
  while (true) {
    auto step = select.step();
    if (!step) return note(std::move(step).error());
    if (*step == Step::kDone) return base::done();
    cells_.clear();
    for (std::size_t i = 0; i < list.kinds.size(); ++i) {
      cells_.push_back(select.column(static_cast<int>(i)));
    }
    if (!MUSTER_TRY(show(cells_))) return base::done();
  }
}

base::Result<Page> Session::list(const Query& query) {
  MUSTER_TRY(hold_view());
  return read_list(dialect(), *vault_, *this, query);
}

base::Status Session::change(Prepared& prepared) {
  auto step = prepared.statement.step();
  if (!step) return note(std::move(step).error());
  if (connection_.changes() == 0) return not_found();
  wrote_ = true;
  return base::done();
}

base::Status Session::put(Verb verb, const edm::EntitySet& set, std::string_view tenant,
                          const edm::Record& record) {
  const auto cells = MUSTER_TRY(encoder_.encode(set, tenant, record));
  Prepared& statement = *MUSTER_TRY(prepared(verb, set));
  const Execution execution(statement.statement);
  int parameter = 0;
  for (const Cell& cell : cells) statement.statement.bind(++parameter, cell);
  return change(statement);
}

base::Status Session::insert(const edm::EntitySet& set, std::string_view tenant,
                             const edm::Record& record) {
  return put(Verb::kInsert, set, tenant, record);
}

base::Status Session::update(const edm::EntitySet& set, std::string_view tenant,
                             const edm::Record& record) {
  return put(Verb::kUpdate, set, tenant, record);
}

base::Status Session::remove(const edm::EntitySet& set, std::string_view tenant,
                             std::string_view key) {
  const KeyCell tenant_cell(tenant);
  const KeyCell key_cell(set, key);
  if (!tenant_cell.ok() || !key_cell.ok()) return not_found();
  Prepared& statement = *MUSTER_TRY(prepared(Verb::kRemove, set));
  const Execution execution(statement.statement);
  statement.statement.bind(1, tenant_cell.cell());
  statement.statement.bind(2, key_cell.cell());
  return change(statement);
}

base::Status Session::control(Control what) {
  auto found = controls_.find(what);
  if (found == controls_.end()) {
    auto statement = connection_.prepare(control_sql(what));
    if (!statement) return note(std::move(statement).error());
    found = controls_.emplace(what, std::move(statement).value()).first;
  }
  auto step = found->second.step();
  if (!step) {
    base::Error error = note(std::move(step).error());
    found->second.reset();
    return error;
  }
  found->second.reset();
  return base::done();
}

}  // namespace muster::store::sqlite
