#include "store/postgres/session.h"

#include <array>
#include <utility>

#include "base/random.h"
#include "store/postgres/dialect.h"
#include "store/row_codec.h"
#include "store/statements.h"

namespace muster::store::postgres {
namespace {

using base::ErrorCode;

// Rows that are fetched at a time where their number is not known before.
constexpr int kBatch = 100;

base::Error not_found() {
  return base::fail(ErrorCode::kNotFound, "No record of that key exists.");
}

Cell blob(std::string_view octets) {
  return {.kind = Cell::Kind::kBlob, .octets = octets};
}

Cell number(std::int64_t value) {
  return {.kind = Cell::Kind::kInteger, .integer = value};
}

// An error would end the transaction, where a work may go on after a conflict.
std::string insert_or_nothing(const edm::EntitySet& set) {
  return insert_row(dialect(), set) + " ON CONFLICT (tenant, " +
         layout_of(set).columns[kKeyColumn].name + ") DO NOTHING";
}

constexpr const char* kTakeTurn =
    "UPDATE tenant_turns SET number = number + 1, mark = $2 WHERE tenant = $1 RETURNING number";

}  // namespace

base::Result<Rows> Session::run(const std::string& sql, std::span<const Cell> cells,
                                Connection::Keep keep) {
  auto rows = connection_->run(sql, cells, keep);
  if (rows) return *std::move(rows);
  if (!fault_) fault_ = connection_->fault();
  connection_->forget_queue();
  return connection_->fault().error;
}

// One snapshot for all reads, which begins with the first; it costs no message of its own.
void Session::hold_view() {
  if (in_ != In::kNothing) return;
  connection_->queue_begin("ISOLATION LEVEL REPEATABLE READ READ ONLY");
  in_ = In::kRead;
}

void Session::end_read() {
  if (std::exchange(in_, In::kNothing) != In::kRead) return;
  connection_->forget_queue();
  connection_->queue("COMMIT");
  connection_->send();  // nobody waits for it
}

base::Result<std::optional<edm::Record>> Session::get(const edm::EntitySet& set,
                                                      std::string_view tenant, std::string_view key,
                                                      edm::PropertyMask properties) {
  const KeyCell tenant_cell(tenant);
  const KeyCell key_cell(set, key);
  if (!tenant_cell.ok() || !key_cell.ok()) return std::optional<edm::Record>();
  hold_view();
  const RowLayout& layout = layout_of(set);
  const auto columns = columns_for(layout, present_for(layout, properties));
  const std::array cells = {tenant_cell.cell(), key_cell.cell()};
  const Rows rows = MUSTER_TRY(run(select_row(dialect(), set, columns), cells));
  if (rows.size() == 0) return std::optional<edm::Record>();
  cells_.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    cells_.push_back(rows.cell(0, static_cast<int>(i), layout.columns[columns[i]].kind));
  }
  return std::optional(MUSTER_TRY(decode_row(set, tenant, properties, columns, cells_, *vault_)));
}

base::Result<Page> Session::list(const Query& query) {
  hold_view();
  return read_list(dialect(), *vault_, *this, query);
}

base::Result<bool> Session::show_all(const ListStatement& list, const Rows& rows,
                                     const Show& show) {
  for (int row = 0; row < rows.size(); ++row) {
    cells_.clear();
    for (std::size_t i = 0; i < list.kinds.size(); ++i) {
      cells_.push_back(rows.cell(row, static_cast<int>(i), list.kinds[i]));
    }
    if (!MUSTER_TRY(show(cells_))) return false;
  }
  return true;
}

base::Status Session::rows(const ListStatement& list, const Cell& tenant, Window window,
                           const Show& show) {
  std::vector<Cell> cells = {tenant, number(window.limit), number(window.offset)};
  for (const Parameter& parameter : list.parameters) cells.push_back(parameter.cell());
  const bool bounded = list.limited || list.columns.empty();  // a count has one row
  if (!bounded) return stream(list, cells, show);
  const Rows rows = MUSTER_TRY(run(list.sql, cells));
  MUSTER_TRY(show_all(list, rows, show));
  return base::done();
}

// By a cursor, for there may be more rows than fit into memory.
base::Status Session::stream(const ListStatement& list, std::span<const Cell> cells,
                             const Show& show) {
  static const std::string kFetch = "FETCH FORWARD " + std::to_string(kBatch) + " FROM listed";
  connection_->queue_once("DECLARE listed NO SCROLL CURSOR FOR " + list.sql, cells);
  while (true) {
    const Rows rows = MUSTER_TRY(run(kFetch, {}, Connection::Keep::kOnce));
    auto more = show_all(list, rows, show);
    if (more.ok() && *more && rows.size() == kBatch) continue;
    connection_->queue_once("CLOSE listed", {});
    if (!more) return std::move(more).error();
    return base::done();
  }
}

base::Status Session::done_to_one(const base::Result<Rows>& rows, ErrorCode otherwise) {
  if (!rows) return rows.error();
  if (rows->affected() == 0) {
    if (otherwise == ErrorCode::kNotFound) return not_found();
    return base::fail(otherwise, "A record of that key exists.");
  }
  wrote_ = true;
  return base::done();
}

// An insert without ON CONFLICT fails when its key is taken, and the rest of the transaction with
// it, COMMIT included.
base::Status Session::post(const std::string& sql, std::span<const Cell> cells, bool changes_row) {
  if (!connection_->post(sql, cells, changes_row)) {
    if (!fault_) fault_ = connection_->fault();
    return connection_->fault().error;
  }
  assumed_rows_ = assumed_rows_ || changes_row;
  wrote_ = true;
  return base::done();
}

bool Session::confirm() {
  if (!std::exchange(assumed_rows_, false)) return true;
  if (connection_->confirm()) return true;
  if (!connection_->take_missed() && !fault_) fault_ = connection_->fault();
  return false;
}

base::Status Session::insert(const edm::EntitySet& set, std::string_view tenant,
                             const edm::Record& record) {
  const auto cells = MUSTER_TRY(encoder_.encode(set, tenant, record));
  if (assuming_) return post(insert_row(dialect(), set), cells, false);
  return done_to_one(run(insert_or_nothing(set), cells), ErrorCode::kConflict);
}

base::Status Session::update(const edm::EntitySet& set, std::string_view tenant,
                             const edm::Record& record) {
  const auto cells = MUSTER_TRY(encoder_.encode(set, tenant, record));
  if (assuming_) return post(update_row(dialect(), set), cells, true);
  return done_to_one(run(update_row(dialect(), set), cells), ErrorCode::kNotFound);
}

base::Status Session::remove(const edm::EntitySet& set, std::string_view tenant,
                             std::string_view key) {
  const KeyCell tenant_cell(tenant);
  const KeyCell key_cell(set, key);
  if (!tenant_cell.ok() || !key_cell.ok()) return not_found();
  const std::array cells = {tenant_cell.cell(), key_cell.cell()};
  return done_to_one(run(delete_row(dialect(), set), cells), ErrorCode::kNotFound);
}

base::Result<std::int64_t> Session::begin_write(std::string_view tenant, std::string_view mark) {
  const KeyCell tenant_cell(tenant);
  if (!tenant_cell.ok()) {
    return base::fail(ErrorCode::kInternal, "A tenant has no form in a store.");
  }
  const std::array cells = {tenant_cell.cell(), blob(mark)};
  assuming_ = assumed_rows_ = false;
  // READ COMMITTED: what is read after the turn was taken is what the last writer left. Not READ
  // WRITE: a database that its operator has set to be read only is to stay so.
  connection_->queue_begin("ISOLATION LEVEL READ COMMITTED");
  in_ = In::kWrite;
  Rows turn = MUSTER_TRY(run(kTakeTurn, cells));
  if (turn.size() == 0) {  // the tenant's first write
    const std::array first = {tenant_cell.cell()};
    MUSTER_TRY(
        run("INSERT INTO tenant_turns (tenant, number) VALUES ($1, 0) "
            "ON CONFLICT (tenant) DO NOTHING",
            first));
    turn = MUSTER_TRY(run(kTakeTurn, cells));
  }
  if (turn.size() == 0) return unavailable("The database did not give the tenant's turn.");
  return turn.cell(0, 0, ColumnKind::kInteger).integer;
}

Session::Outcome Session::commit() {
  // A commit that waits for a standby and is cut off by a time limit says that all is well, with a
  // warning: no limit but that of this side.
  connection_->queue("SET LOCAL statement_timeout = 0");
  static_cast<void>(connection_->take_warning());
  const auto rows = run("COMMIT", {});
  if (rows.ok()) {
    in_ = In::kNothing;
    return connection_->take_warning() ? Outcome::kUnknown : Outcome::kDone;
  }
  // What was sent before it may have failed, which leaves the transaction to be rolled back.
  const bool certain = fault_->kind != FaultKind::kLost;
  return certain ? Outcome::kFailed : Outcome::kUnknown;
}

void Session::roll_back() {
  if (std::exchange(in_, In::kNothing) != In::kWrite) return;
  connection_->forget_queue();
  static_cast<void>(connection_->confirm());  // a statement that failed would take ROLLBACK along
  static_cast<void>(connection_->take_missed());
  static_cast<void>(run("ROLLBACK", {}));
}

void Session::rewind() {
  connection_->queue("ROLLBACK TO SAVEPOINT work");
  connection_->queue("RELEASE SAVEPOINT work");
}

Session::Outcome Session::outcome_of(std::string_view tenant, std::int64_t number,
                                     std::string_view mark) {
  const KeyCell tenant_cell(tenant);
  const std::array cells = {tenant_cell.cell()};
  connection_->queue_begin("ISOLATION LEVEL READ COMMITTED");
  in_ = In::kWrite;
  // Waits for the transaction itself, should the database still be at it. Writes, so that the
  // answer is only as sure as a commit makes it: what a standby had not yet would be lost with this
  // server.
  const auto rows =
      run("UPDATE tenant_turns SET mark = mark WHERE tenant = $1 RETURNING number, mark", cells);
  if (!rows.ok() || commit() != Outcome::kDone) return Outcome::kUnknown;
  const std::int64_t last = rows->size() == 0 ? 0 : rows->cell(0, 0, ColumnKind::kInteger).integer;
  if (last < number) return Outcome::kFailed;
  if (last > number) return Outcome::kUnknown;  // somebody wrote since
  const Cell found = rows->cell(0, 1, ColumnKind::kBlob);
  return found.octets == mark ? Outcome::kDone : Outcome::kFailed;
}

base::Status Session::writable() {
  const Rows rows = MUSTER_TRY(run("SHOW transaction_read_only", {}));
  const Cell answer = rows.cell(0, 0, ColumnKind::kText);
  if (answer.octets == "off") return base::done();
  return unavailable("The database can only be read.");
}

base::Status Session::write_probe() {
  const std::string filler(65'536, 'x');
  const std::string id = base::random_octets(16);
  const std::array row = {blob(std::string_view(id)), blob(filler)};
  const std::array key = {blob(id)};
  connection_->queue_begin("ISOLATION LEVEL READ COMMITTED");
  MUSTER_TRY(run("INSERT INTO store_probe (tenant, filler) VALUES ($1, $2)", row));
  MUSTER_TRY(run("DELETE FROM store_probe WHERE tenant = $1", key));
  MUSTER_TRY(run("COMMIT", {}));
  return base::done();
}

}  // namespace muster::store::postgres
