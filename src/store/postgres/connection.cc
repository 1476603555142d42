#include "store/postgres/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include <libpq-fe.h>
#include <poll.h>

namespace muster::store::postgres {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Of the system catalogue, the same in every database.
constexpr Oid kByteaType = 17;
constexpr Oid kInt8Type = 20;

// The database gives up first and says why; this is for one that does not answer at all.
milliseconds with_grace(milliseconds patience) {
  return patience + std::min<milliseconds>(patience, std::chrono::seconds(2));
}

constexpr const char* kLost = "The connection to the database was lost.";
// Clients choose the shapes of lists, so what is prepared is bounded.
constexpr std::size_t kMaxPrepared = 256;
// A writer that stopped in mid-transaction must not hold its tenant for ever.
constexpr milliseconds kMaxIdle{10'000};
// Runs of the settings of a session, which may collide.
constexpr int kMaxRuns = 8;
// A connection may be cut while it is made, which is not to be confused with a server that is not
// there: attempts, as long as each fails at once.
constexpr int kMaxConnects = 5;
constexpr milliseconds kQuick{500};

std::string big_endian(std::int64_t value) {
  std::string octets(sizeof value, '\0');
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = octets.size(); i-- > 0; bits >>= 8U) {
    octets[i] = static_cast<char>(bits & 0xFFU);
  }
  return octets;
}

std::int64_t from_big_endian(std::string_view octets) {
  std::uint64_t bits = 0;
  for (const char octet : octets) bits = bits << 8U | static_cast<unsigned char>(octet);
  return static_cast<std::int64_t>(bits);
}

// What PQsend... is given for cells. The cells' octets must stay.
class Parameters {
 public:
  explicit Parameters(std::span<const Cell> cells) : numbers_(cells.size()) {
    for (std::size_t i = 0; i < cells.size(); ++i) add(cells[i], numbers_[i]);
  }
  [[nodiscard]] int count() const { return static_cast<int>(types_.size()); }
  [[nodiscard]] const Oid* types() const { return types_.data(); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  void add(const Cell& cell, std::string& number) {
    std::string_view octets = cell.octets;
    if (cell.kind == Cell::Kind::kInteger) octets = number = big_endian(cell.integer);
    // The type of a null is that of its column.
    const bool null = cell.kind == Cell::Kind::kNull;
    types_.push_back(null ? 0 : cell.kind == Cell::Kind::kInteger ? kInt8Type : kByteaType);
    // An empty value may have no address, which would be a null.
    values_.push_back(null ? nullptr : octets.data() == nullptr ? "" : octets.data());
    lengths_.push_back(static_cast<int>(octets.size()));
    formats_.push_back(1);
  }
  std::vector<std::string> numbers_;
  std::vector<Oid> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

std::string text_of(const char* text) {
  std::string copy = text == nullptr ? "" : text;
  while (!copy.empty() && (copy.back() == '\n' || copy.back() == ' ')) copy.pop_back();
  return copy;
}

// Settings by name; a value of the URL wins over those before it.
std::string session_settings(milliseconds patience) {
  const std::string limit = std::to_string(patience.count());
  return "SET statement_timeout = " + limit + "; SET lock_timeout = " + limit +
         "; SET idle_in_transaction_session_timeout = " + std::to_string(kMaxIdle.count()) +
         "; SET client_min_messages = warning;";
}

// The same for one transaction, as SET LOCAL would do it, but in one statement.
std::string transaction_settings(milliseconds patience) {
  const std::string limit = std::to_string(patience.count());
  return "SELECT set_config('statement_timeout', '" + limit + "', true), " +
         "set_config('lock_timeout', '" + limit + "', true), " +
         "set_config('idle_in_transaction_session_timeout', '" + std::to_string(kMaxIdle.count()) +
         "', true), set_config('client_min_messages', 'warning', true)";
}

// Of a URL that was parsed: how many hosts are tried one after another.
std::int64_t hosts_of(const PQconninfoOption* options) {
  std::int64_t most = 1;
  for (; options->keyword != nullptr; ++options) {
    const std::string_view name = options->keyword;
    if (options->val == nullptr || (name != "host" && name != "hostaddr")) continue;
    const std::string_view value = options->val;
    most = std::max<std::int64_t>(most, 1 + std::count(value.begin(), value.end(), ','));
  }
  return most;
}

// For one host, in seconds; libpq takes no less than two.
std::string connect_timeout(milliseconds patience, Deadline until, std::int64_t hosts) {
  milliseconds left = patience;
  if (until != Deadline::max()) {
    left = std::min(left, std::chrono::duration_cast<milliseconds>(until - steady_clock::now()));
  }
  return std::to_string(std::clamp<std::int64_t>(left.count() / 1'000 / hosts, 2, 10));
}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

int Rows::size() const {
  return PQntuples(result_.get());
}

Cell Rows::cell(int row, int column, ColumnKind kind) const {
  if (PQgetisnull(result_.get(), row, column) != 0) return {};
  const std::string_view octets(PQgetvalue(result_.get(), row, column),
                                static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
  if (kind == ColumnKind::kInteger) {
    return {.kind = Cell::Kind::kInteger, .integer = from_big_endian(octets)};
  }
  return {.kind = kind == ColumnKind::kText ? Cell::Kind::kText : Cell::Kind::kBlob,
          .octets = octets};
}

std::size_t Rows::affected() const {
  const std::string_view text = PQcmdTuples(result_.get());
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

void Connection::Finish::operator()(pg_conn* handle) const {
  PQfinish(handle);
}

base::Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options,
                                                           Deadline until) {
  if (until <= steady_clock::now()) return unavailable("There is no time left for the database.");
  // What libpq says of a malformed URL quotes it, password and all.
  PQconninfoOption* const parsed = PQconninfoParse(options.url.c_str(), nullptr);
  if (parsed == nullptr) {
    return base::fail(ErrorCode::kConfiguration, "The URL of the database is malformed.", "store");
  }
  const std::string timeout = connect_timeout(options.patience, until, hosts_of(parsed));
  PQconninfoFree(parsed);
  const std::string send_timeout = std::to_string(with_grace(options.patience).count());
  const std::array<const char*, 6> names = {
      "connect_timeout", "tcp_user_timeout", "fallback_application_name",
      "client_encoding", "dbname",           nullptr};
  const std::array<const char*, 6> values = {timeout.c_str(), send_timeout.c_str(), "muster",
                                             "UTF8",          options.url.c_str(),  nullptr};
  const Deadline quick = std::min(until, steady_clock::now() + kQuick);
  for (int run = 1;; ++run) {
    std::unique_ptr<Connection> connection(new Connection(options));
    connection->until_ = until;
    connection->handle_.reset(PQconnectdbParams(names.data(), values.data(), 1));
    base::Status status = connection->prepare_session();
    if (status.ok()) return connection;
    if (run == kMaxConnects || steady_clock::now() > quick) return std::move(status).error();
    back_off(run - 1);
  }
}

std::string Connection::told(std::string message) const {
  if (options_.for_operators) message += " " + text_of(PQerrorMessage(handle_.get()));
  return message;
}

base::Status Connection::prepare_session() {
  pg_conn* const handle = handle_.get();
  if (handle == nullptr || PQstatus(handle) != CONNECTION_OK) {
    return unavailable(told("The database cannot be reached."));
  }
  if (text_of(PQparameterStatus(handle, "in_hot_standby")) == "on") {
    return unavailable("The database is a standby, which can only be read.");
  }
  PQsetNoticeReceiver(handle, note, this);
  if (PQsetnonblocking(handle, 1) != 0 || PQenterPipelineMode(handle) != 1) {
    return unavailable(told("The database cannot be reached."));
  }
  if (options_.pooled) return base::done();
  for (int run = 1; !script(session_settings(options_.patience).c_str()); ++run) {
    if (fault_.kind != FaultKind::kRetry || run == kMaxRuns) return fault_.error;
  }
  return base::done();
}

void Connection::note(void* self, const pg_result* result) {
  const std::string severity = text_of(PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED));
  if (severity == "WARNING") static_cast<Connection*>(self)->warned_ = true;
}

bool Connection::take_warning() {
  return std::exchange(warned_, false);
}

void Connection::lose(std::string why) {
  if (!lost_) fault_ = {FaultKind::kLost, unavailable(std::move(why)), true};
  lost_ = failed_ = true;
  posting_ = false;
  queued_.clear();
  sent_.clear();
}

// The first error of a batch is its reason; the rest was not run for it.
void Connection::refuse(const pg_result* result) {
  if (failed_) return;
  failed_ = true;
  const std::string state = text_of(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  const std::string message = text_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  if (state.empty()) return lose(kLost);
  fault_ = fault_of(state, message);
  lost_ = fault_.ends_connection;
}

// Until there is something to read, or all was written that had to be.
bool Connection::wait(Deadline deadline) {
  while (true) {
    const int rest = PQflush(handle_.get());
    if (rest < 0) return false;
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    ::pollfd descriptor{.fd = PQsocket(handle_.get()),
                        .events = static_cast<short>(rest > 0 ? POLLIN | POLLOUT : POLLIN),
                        .revents = 0};
    const int ready = ::poll(&descriptor, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return false;
    if ((descriptor.revents & ~POLLOUT) != 0) return PQconsumeInput(handle_.get()) == 1;
  }
}

pg_result* Connection::next(Deadline deadline, bool& alive) {
  alive = true;
  while (PQflush(handle_.get()) > 0 || PQisBusy(handle_.get()) != 0) {
    if (wait(deadline)) continue;
    alive = false;
    const bool silent = text_of(PQerrorMessage(handle_.get())).empty();
    lose(told(silent ? "The database did not answer in time." : kLost));
    return nullptr;
  }
  return PQgetResult(handle_.get());
}

// Takes the results of all that was sent; those of the wanted statement come back.
std::optional<Rows> Connection::collect() {
  const Deadline deadline = std::min(steady_clock::now() + with_grace(options_.patience), until_);
  std::optional<Rows> wanted;
  for (std::size_t i = 0; i < sent_.size() && !lost_; ++i) {
    const Sent& command = sent_[i];
    bool over = false;
    while (!over) {
      bool alive = true;
      pg_result* const result = next(deadline, alive);
      if (!alive) return std::nullopt;
      if (result == nullptr) break;  // the command's end
      Rows rows(result);
      switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC:
          over = true;  // has no end of its own
          break;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
          if (command.what == Sent::What::kPrepare) break;
          if (command.changes_row && rows.affected() == 0) missed_ = true;
          if (command.wanted) wanted.emplace(std::move(rows));
          break;
        default:
          if (command.what == Sent::What::kPrepare) names_.erase(command.sql);
          refuse(result);
      }
      if (lost_) return std::nullopt;
      if (PQstatus(handle_.get()) != CONNECTION_OK) {
        lose(kLost);
        return std::nullopt;
      }
    }
  }
  sent_.clear();
  if (failed_ || lost_) return std::nullopt;
  return wanted;
}

bool Connection::send_statement(const std::string& sql, std::span<const Cell> parameters, Keep keep,
                                bool wanted) {
  const Parameters given(parameters);
  pg_conn* const handle = handle_.get();
  if (keep == Keep::kOnce || options_.pooled) {
    sent_.push_back({.sql = {}, .wanted = wanted});
    return PQsendQueryParams(handle, sql.c_str(), given.count(), given.types(), given.values(),
                             given.lengths(), given.formats(), 1) == 1;
  }
  auto found = names_.find(sql);
  if (found == names_.end()) {
    found = names_.emplace(sql, "m" + std::to_string(++last_name_)).first;
    sent_.push_back({.what = Sent::What::kPrepare, .sql = sql});
    if (PQsendPrepare(handle, found->second.c_str(), sql.c_str(), given.count(), given.types()) !=
        1) {
      return false;
    }
  }
  sent_.push_back({.sql = {}, .wanted = wanted});
  return PQsendQueryPrepared(handle, found->second.c_str(), given.count(), given.values(),
                             given.lengths(), given.formats(), 1) == 1;
}

bool Connection::send_queued() {
  // In the order of arrival; a full set of names is given up as a whole, which is rare.
  if (names_.size() >= kMaxPrepared) {
    names_.clear();
    if (!send_statement("DEALLOCATE ALL", {}, Keep::kOnce, false)) return false;
  }
  for (const Queued& one : queued_) {
    if (!send_statement(one.sql, one.cells, one.keep, false)) return false;
  }
  queued_.clear();
  return true;
}

bool Connection::begin_batch() {
  if (posting_) return true;
  if (!settle()) return false;
  failed_ = false;
  return true;
}

bool Connection::send_sync() {
  posting_ = false;
  sent_.push_back({.what = Sent::What::kSync});
  return PQpipelineSync(handle_.get()) == 1 && PQflush(handle_.get()) >= 0;
}

bool Connection::settle() {
  if (lost_) return false;
  if (sent_.empty()) {
    // A database that went away has closed the socket, which shows without waiting.
    if (PQconsumeInput(handle_.get()) != 1 || PQstatus(handle_.get()) != CONNECTION_OK) {
      lose(kLost);
    }
    return !lost_;
  }
  failed_ = false;
  static_cast<void>(collect());
  // Nobody knows what state a batch has left that failed and was not waited for.
  if (failed_) lose(fault_.error.message);
  return !lost_;
}

std::optional<Rows> Connection::run(const std::string& sql, std::span<const Cell> parameters,
                                    Keep keep) {
  if (!begin_batch()) return std::nullopt;
  const bool sent = send_queued() && send_statement(sql, parameters, keep, true) && send_sync();
  if (!sent) lose(told(kLost));
  return sent ? collect() : std::nullopt;
}

bool Connection::post(const std::string& sql, std::span<const Cell> parameters, bool changes_row) {
  if (!begin_batch()) return false;
  posting_ = true;
  const bool sent = send_queued() && send_statement(sql, parameters, Keep::kPrepared, false);
  if (!sent) lose(told(kLost));
  if (sent) sent_.back().changes_row = changes_row;
  return sent;
}

bool Connection::confirm() {
  if (posting_) {
    if (!send_sync()) lose(kLost);
    static_cast<void>(collect());
    if (failed_) return false;
  }
  return !lost_ && !missed_;
}

bool Connection::take_missed() {
  return std::exchange(missed_, false);
}

void Connection::queue(std::string sql) {
  queued_.push_back({std::move(sql)});
}

void Connection::queue_begin(std::string_view words) {
  queue("BEGIN " + std::string(words));
  if (options_.pooled) queue(transaction_settings(options_.patience));
}

void Connection::queue_once(std::string sql, std::span<const Cell> parameters) {
  Queued one{.sql = std::move(sql), .keep = Keep::kOnce};
  one.octets.reserve(parameters.size());
  for (const Cell& cell : parameters) {
    one.octets.emplace_back(cell.octets);
    one.cells.push_back({cell.kind, cell.integer, one.octets.back()});
  }
  queued_.push_back(std::move(one));
}

void Connection::send() {
  if (!settle()) return;
  failed_ = false;
  if (!send_queued() || !send_sync()) lose(kLost);
}

// The extended protocol takes one statement at a time.
bool Connection::script(const char* sql) {
  std::string_view rest = sql;
  if (!settle()) return false;
  failed_ = false;
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    const std::string one(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (one.find_first_not_of(" \n") == std::string::npos) continue;
    if (!send_statement(one, {}, Keep::kOnce, true)) {
      lose(kLost);
      return false;
    }
  }
  if (!send_sync()) lose(kLost);
  return collect().has_value();
}

}  // namespace muster::store::postgres
