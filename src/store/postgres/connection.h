// libpq with owners for its handles, a deadline on everything and the database's errors as the
// store's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/postgres/fault.h"
#include "store/row_codec.h"
#include "store/row_layout.h"

struct pg_conn;
struct pg_result;

namespace muster::store::postgres {

// The rows of a statement that ran.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}
  [[nodiscard]] int size() const;
  // Octets stay while this does.
  [[nodiscard]] Cell cell(int row, int column, ColumnKind kind) const;
  [[nodiscard]] std::size_t affected() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

struct ConnectionOptions {
  std::string url;
  // How long a connection, a statement or a lock may take. A little later the connection is given
  // up, whatever the database does.
  std::chrono::milliseconds patience{};
  // A pooler may give each transaction another session: nothing is left in one, no statement is
  // prepared by name, and limits of time are set in each transaction.
  bool pooled = false;
  // Errors quote libpq, which names hosts and ports: for the start and commands, not for clients.
  bool for_operators = false;
};

using Instant = std::chrono::steady_clock::time_point;
using Deadline = Instant;

// One connection, used by one thread at a time. It is always in pipeline mode: what does not need
// an answer of its own travels with the next statement.
class Connection {
 public:
  // Errors: kConfiguration for a URL that is none, kUnavailable, also for a standby: what it shows
  // may be old. No message holds the URL. Takes not much longer than `until`, which holds for what
  // follows too.
  [[nodiscard]] static base::Result<std::unique_ptr<Connection>> open(
      const ConnectionOptions& options, Deadline until = Deadline::max());

  // What has no answer by then is given up, however much patience there is.
  void until(Deadline deadline) { until_ = deadline; }

  enum class Keep : std::uint8_t { kPrepared, kOnce };
  // Runs one statement. Parameters are $1 and those after. nullopt when it failed: fault() says
  // why.
  [[nodiscard]] std::optional<Rows> run(const std::string& sql, std::span<const Cell> parameters,
                                        Keep keep = Keep::kPrepared);
  // Runs one statement whose success is assumed: nothing is waited for, and whether it failed is
  // known after the next run() or confirm(), which then fails. `changes_row`: it is a failure too,
  // as missed() says, if no row was changed.
  [[nodiscard]] bool post(const std::string& sql, std::span<const Cell> parameters,
                          bool changes_row);
  // Waits for the answers to all that was posted. False when one of them failed or missed its row.
  [[nodiscard]] bool confirm();
  // A statement that was posted since the last call changed no row.
  [[nodiscard]] bool take_missed();
  // The same with the next run(), before it, and without rows.
  void queue(std::string sql);
  // Queues BEGIN with these words, and limits of time where the session has none.
  void queue_begin(std::string_view words);
  // The same for a statement that is not worth its preparation.
  void queue_once(std::string sql, std::span<const Cell> parameters);
  void forget_queue() { queued_.clear(); }
  // Sends what is queued without waiting for the answers; settle() or the next run() takes them.
  void send();
  // False when the connection is of no use any more.
  [[nodiscard]] bool settle();
  // Many statements by semicolon, without parameters or rows.
  [[nodiscard]] bool script(const char* sql);

  // When it was begun.
  [[nodiscard]] Instant born() const { return born_; }
  [[nodiscard]] const Fault& fault() const { return fault_; }
  // A WARNING came since the last call.
  [[nodiscard]] bool take_warning();

 private:
  explicit Connection(const ConnectionOptions& options) : options_(options) {}
  struct Finish {
    void operator()(pg_conn* handle) const;
  };
  // A command that was sent and whose results are still to come.
  struct Sent {
    enum class What : std::uint8_t { kPrepare, kQuery, kSync } what = What::kQuery;
    std::string sql = {};
    bool wanted = false;
    bool changes_row = false;
  };
  // Parameters that stay until they are sent.
  struct Queued {
    std::string sql;
    std::vector<std::string> octets = {};
    std::vector<Cell> cells = {};
    Keep keep = Keep::kPrepared;
  };

  [[nodiscard]] bool send_statement(const std::string& sql, std::span<const Cell> parameters,
                                    Keep keep, bool wanted);
  [[nodiscard]] base::Status prepare_session();
  [[nodiscard]] bool begin_batch();
  [[nodiscard]] bool send_queued();
  [[nodiscard]] bool send_sync();
  [[nodiscard]] std::optional<Rows> collect();
  [[nodiscard]] pg_result* next(Deadline deadline, bool& alive);
  [[nodiscard]] bool wait(Deadline deadline);
  void refuse(const pg_result* result);
  // With what libpq says, for those who may know.
  [[nodiscard]] std::string told(std::string message) const;
  void lose(std::string why);
  static void note(void* self, const pg_result* result);

  const ConnectionOptions& options_;
  std::unique_ptr<pg_conn, Finish> handle_;
  std::unordered_map<std::string, std::string> names_;  // of prepared statements, by their SQL
  std::uint64_t last_name_ = 0;
  std::vector<Queued> queued_;
  std::vector<Sent> sent_;
  const Instant born_ = std::chrono::steady_clock::now();
  Deadline until_ = Deadline::max();
  Fault fault_;
  bool posting_ = false;  // a batch was begun that is not yet sent to its end
  bool missed_ = false;
  bool failed_ = false;  // something in this batch failed
  bool lost_ = false;
  bool warned_ = false;
};

}  // namespace muster::store::postgres
