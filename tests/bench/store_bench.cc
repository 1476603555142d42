// The price of Muster's store over bare SQLite: the same statements on the same schema with the
// same settings, in the same run, in alternating rounds.
//
//   store_bench [--folder PATH] [--creates N] [--rounds N] [--picture OCTETS] [--sizes N,N,...]
//
// "bare" binds ready-made cells in a plain loop of the C API. "muster" goes through Store::write
// with records: contract checks, encoding, sealing, queue, groups and completions included. One
// create is a profile row and its audit row.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sqlite3.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/random.h"
#include "edm/audit_model.h"
#include "edm/enrollment_model.h"
#include "edm/system_model.h"
#include "example_profile.h"
#include "store/open.h"
#include "store/row_codec.h"
#include "store/sqlite/dialect.h"
#include "store/statements.h"

namespace {

using namespace muster;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kTenant = "aaaaaaaa-1111-4111-8111-111111111111";

struct Settings {
  std::string folder = "/tmp";  // a folder of its own is made and removed there
  std::size_t creates = 20'000;
  int rounds = 5;
  std::size_t picture = 5;  // the contract's own example has five octets
  std::vector<std::size_t> sizes;
};

struct Figures {
  double per_second = 0;
  double cpu_microseconds = 0;  // of the process, for one operation
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "store_bench: %s\n", why.c_str());
  std::exit(1);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Figures measure(std::size_t operations, const std::function<void()>& run) {
  const double cpu = cpu_seconds();
  const auto start = Clock::now();
  run();
  const std::chrono::duration<double> wall = Clock::now() - start;
  const auto count = static_cast<double>(operations);
  return {count / wall.count(), (cpu_seconds() - cpu) * 1e6 / count};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// --- what is written: the contract's example and its audit event -----------------------------

edm::Record profile(const std::string& id, std::size_t picture) {
  return bench::example_profile(id, "Display Name value", base::random_octets(picture),
                                base::SystemClock().now());
}

edm::Value text(std::string value) {
  return edm::Value(std::move(value));
}

edm::Value changed(const char* name, std::string value) {
  edm::Complex change;
  change.members = {text(name), edm::Value(), text(std::move(value))};
  return change;
}

edm::Record audit(const std::string& id, const std::string& of) {
  edm::Record record(edm::kAuditEventType);
  record.complete();
  record.put(edm::audit_event::kId, id);
  record.put(edm::audit_event::kDisplayName, std::string("Create AndroidForWorkEnrollmentProfile"));
  record.put(edm::audit_event::kComponent, std::string("Enrollment"));
  record.put(edm::audit_event::kCategory, std::string("Enrollment"));
  record.put(edm::audit_event::kActivityType,
             std::string("Create AndroidForWorkEnrollmentProfile"));
  record.put(edm::audit_event::kOperation, std::string("Create"));
  record.put(edm::audit_event::kResult, std::string("Success"));
  record.put(edm::audit_event::kActivityDateTime, base::SystemClock().now());
  record.put(edm::audit_event::kCorrelationId, base::random_uuid());
  edm::Complex actor;
  const std::string application = base::random_uuid();
  // In the order of edm::kAuditActor, as enrollment/audit.cc fills it.
  actor.members = {
      text("load"),        text(application),
      text("Application"), text("127.0.0.1"),
      edm::Value(),        edm::Value(),
      text(application),   text("Application"),
      edm::Value(),        edm::Collection{{text("DeviceManagementConfiguration.ReadWrite.All")}},
      edm::Value(),        edm::Collection()};
  record.put(edm::audit_event::kActor, actor);
  edm::Complex resource;
  const std::string type = "androidForWorkEnrollmentProfile";
  resource.members = {
      text(type), text("Display Name value"),
      edm::Collection{{changed("accountId", "Account Id value"),
                       changed("displayName", "Display Name value"),
                       changed("description", "Description value"), changed("tokenValue", "***"),
                       changed("tokenExpirationDateTime", "2016-12-31T23:56:54.7194078+03:00"),
                       changed("enrolledDeviceCount", "3"), changed("qrCodeContent", "***"),
                       changed("qrCodeImage", "***")}},
      text(of), text(type)};
  record.put(edm::audit_event::kResources, edm::Collection{{resource}});
  return record;
}

struct Create {
  edm::Record profile;
  edm::Record audit;
};

std::shared_ptr<const std::vector<Create>> make_creates(const Settings& settings,
                                                        std::size_t count) {
  auto creates = std::make_shared<std::vector<Create>>();
  const base::SystemClock clock;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = base::ordered_uuid(clock.now());
    creates->push_back({profile(id, settings.picture), audit(base::ordered_uuid(clock.now()), id)});
  }
  return creates;
}

// --- bare SQLite -----------------------------------------------------------------------------

// A row whose cells own their octets.
struct ReadyRow {
  std::vector<store::Cell> cells;
  std::vector<std::string> octets;
};

ReadyRow ready(store::RowEncoder& encoder, const edm::EntitySet& set, const edm::Record& record) {
  auto cells = encoder.encode(set, kTenant, record);
  if (!cells) die(cells.error().message);
  ReadyRow row;
  row.cells.assign(cells->begin(), cells->end());
  row.octets.reserve(row.cells.size());
  for (store::Cell& cell : row.cells) cell.octets = row.octets.emplace_back(cell.octets);
  return row;
}

class Bare {
 public:
  explicit Bare(const std::string& path) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    check(sqlite3_open_v2(path.c_str(), &db_, kFlags, nullptr));
    run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20000;"
        "PRAGMA secure_delete = OFF; PRAGMA cache_size = -16384; PRAGMA mmap_size = 2147418112;");
    const store::Dialect& dialect = store::sqlite::dialect();
    profile_ = prepare(store::insert_row(dialect, edm::kProfiles));
    audit_ = prepare(store::insert_row(dialect, edm::kAuditEvents));
    select_ = prepare(store::select_row(
        dialect, edm::kProfiles,
        store::columns_for(store::layout_of(edm::kProfiles), edm::kAllProperties)));
  }
  ~Bare() {
    for (sqlite3_stmt* statement : {profile_, audit_, select_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  void write(const std::vector<std::pair<ReadyRow, ReadyRow>>& rows, std::size_t group) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i % group == 0) run("BEGIN IMMEDIATE");
      insert(profile_, rows[i].first);
      insert(audit_, rows[i].second);
      if (i % group == group - 1 || i + 1 == rows.size()) run("COMMIT");
    }
  }

  std::size_t read(std::string_view tenant, std::string_view id) {
    bind_octets(select_, 1, tenant);
    bind_octets(select_, 2, id);
    if (sqlite3_step(select_) != SQLITE_ROW) die("no row");
    std::size_t size = 0;
    for (int i = 0; i < sqlite3_column_count(select_); ++i) {
      if (sqlite3_column_type(select_, i) == SQLITE_INTEGER) {
        size += sqlite3_column_int64(select_, i) != 0;
      } else if (sqlite3_column_blob(select_, i) != nullptr) {
        size += static_cast<std::size_t>(sqlite3_column_bytes(select_, i));
      }
    }
    sqlite3_reset(select_);
    return size;
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) die(sqlite3_errmsg(db_));
  }
  void run(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  static void bind_octets(sqlite3_stmt* statement, int at, std::string_view octets) {
    sqlite3_bind_blob64(statement, at, octets.data(), octets.size(), SQLITE_STATIC);
  }
  void insert(sqlite3_stmt* statement, const ReadyRow& row) {
    int at = 0;
    for (const store::Cell& cell : row.cells) {
      ++at;
      if (cell.kind == store::Cell::Kind::kInteger) {
        sqlite3_bind_int64(statement, at, cell.integer);
      } else if (cell.kind == store::Cell::Kind::kText) {
        sqlite3_bind_text64(statement, at, cell.octets.data(), cell.octets.size(), SQLITE_STATIC,
                            SQLITE_UTF8);
      } else if (cell.kind == store::Cell::Kind::kBlob) {
        bind_octets(statement, at, cell.octets);
      } else {
        sqlite3_bind_null(statement, at);
      }
    }
    if (sqlite3_step(statement) != SQLITE_DONE) die(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* profile_ = nullptr;
  sqlite3_stmt* audit_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
};

// --- Muster ----------------------------------------------------------------------------------

std::shared_ptr<const base::Vault> vault() {
  static const auto kVault = base::Vault::with_key("0123456789abcdef0123456789abcdef");
  return kVault;
}

std::unique_ptr<store::Store> open_store(const std::string& path) {
  auto opened = store::open_sqlite({.path = path, .vault = vault()});
  if (!opened) die(opened.error().message);
  return std::move(opened).value();
}

// Keeps `in_flight` writes on their way: each completion starts the next, as clients do that wait
// for their answer.
class Load {
 public:
  Load(store::Store& store, std::shared_ptr<const std::vector<Create>> creates)
      : store_(store), creates_(std::move(creates)) {}

  void run(std::size_t in_flight) {
    for (std::size_t i = 0; i < in_flight; ++i) start_next();
    finished_.get_future().wait();
  }

 private:
  void start_next() {
    const std::size_t mine = next_++;
    if (mine >= creates_->size()) return;
    const Create& create = (*creates_)[mine];
    store_.write(
        kTenant,
        [&create](store::Transaction& t) -> base::Status {
          MUSTER_TRY(t.insert(edm::kProfiles, kTenant, create.profile));
          return t.insert(edm::kAuditEvents, kTenant, create.audit);
        },
        [this](const base::Status& status) {
          if (!status) die(status.error().message);
          start_next();
          if (++done_ == creates_->size()) finished_.set_value();
        });
  }

  store::Store& store_;
  std::shared_ptr<const std::vector<Create>> creates_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> done_{0};
  std::promise<void> finished_;
};

// --- the comparisons ---------------------------------------------------------------------------

std::string fresh_file(const Settings& settings, const char* name) {
  std::filesystem::create_directories(settings.folder);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(settings.folder + "/" + name + suffix);
  }
  return settings.folder + "/" + name;
}

void print(const char* what, const std::vector<Figures>& bare, const std::vector<Figures>& muster) {
  const auto column = [](const std::vector<Figures>& of, double Figures::*member) {
    std::vector<double> values;
    for (const Figures& figures : of) values.push_back(figures.*member);
    return median(values);
  };
  std::vector<double> ratios;
  for (std::size_t i = 0; i < bare.size(); ++i) {
    ratios.push_back(muster[i].per_second / bare[i].per_second);
  }
  std::printf("%-26s bare %9.0f/s %6.1f us CPU   muster %9.0f/s %6.1f us CPU   ratio %.2f\n", what,
              column(bare, &Figures::per_second), column(bare, &Figures::cpu_microseconds),
              column(muster, &Figures::per_second), column(muster, &Figures::cpu_microseconds),
              median(ratios));
  std::fflush(stdout);
}

using ReadyRows = std::vector<std::pair<ReadyRow, ReadyRow>>;

ReadyRows ready_rows(const std::vector<Create>& creates) {
  store::RowEncoder encoder(vault());
  ReadyRows rows;
  for (const Create& create : creates) {
    ReadyRow profile_row = ready(encoder, edm::kProfiles, create.profile);
    rows.emplace_back(std::move(profile_row), ready(encoder, edm::kAuditEvents, create.audit));
  }
  return rows;
}

// Each engine keeps its file, so that what is measured is the steady state; the first round, in
// which caches fill, does not count.
void compare_writes(const Settings& settings, std::size_t count, std::size_t group) {
  const std::string bare_path = fresh_file(settings, "bare.db");
  open_store(bare_path).reset();  // makes the schema
  Bare engine(bare_path);
  const auto store = open_store(fresh_file(settings, "muster.db"));
  std::vector<Figures> bare;
  std::vector<Figures> muster;
  for (int round = 0; round <= settings.rounds; ++round) {
    const auto creates = make_creates(settings, count);
    const ReadyRows rows = ready_rows(*creates);
    const Figures of_bare = measure(count, [&] { engine.write(rows, group); });
    const Figures of_muster = measure(count, [&] { Load(*store, creates).run(group); });
    if (round == 0) continue;
    bare.push_back(of_bare);
    muster.push_back(of_muster);
  }
  print(("create, " + std::to_string(group) + " at once").c_str(), bare, muster);
}

void fill(store::Store& store, const Settings& settings, std::size_t count) {
  constexpr std::size_t kPortion = 20'000;
  for (std::size_t done = 0; done < count; done += kPortion) {
    Load(store, make_creates(settings, std::min(kPortion, count - done))).run(256);
  }
}

std::vector<std::string> sample_of_keys(store::Store& store, std::size_t size) {
  std::vector<std::string> keys;
  std::string after = "00000000-0000-0000-0000-000000000000";
  const std::size_t step = std::max<std::size_t>(1, size / 1'000);
  while (true) {
    const auto page = store::list(store, {.set = &edm::kProfiles,
                                          .tenant = kTenant,
                                          .after = after,
                                          .skip = step - 1,
                                          .limit = 1,
                                          .properties = 0});
    if (!page || page->records.empty()) break;
    after = page->records[0].key();
    keys.push_back(after);
  }
  std::sort(keys.begin(), keys.end(), [](const std::string& a, const std::string& b) {
    return std::hash<std::string>()(a) < std::hash<std::string>()(b);
  });
  return keys;
}

void compare_reads(const Settings& settings, const std::string& path, store::Store& store,
                   std::size_t size) {
  const std::vector<std::string> keys = sample_of_keys(store, size);
  constexpr std::size_t kReads = 50'000;
  const std::string tenant = base::uuid_octets(kTenant);
  std::vector<std::string> octets;
  for (const auto& key : keys) octets.push_back(base::uuid_octets(key));
  std::vector<Figures> bare;
  std::vector<Figures> muster;
  Bare engine(path);
  for (int round = 0; round < settings.rounds; ++round) {
    bare.push_back(measure(kReads, [&] {
      for (std::size_t i = 0; i < kReads; ++i) {
        if (engine.read(tenant, octets[i % octets.size()]) == 0) die("empty row");
      }
    }));
    muster.push_back(measure(kReads, [&] {
      for (std::size_t i = 0; i < kReads; ++i) {
        const auto record = store::get(store, edm::kProfiles, kTenant, keys[i % keys.size()]);
        if (!record || !*record) die("no record");
      }
    }));
  }
  print(("get by key, " + std::to_string(size) + " rows").c_str(), bare, muster);
}

void print_flatness(const Settings& settings, std::size_t size) {
  const std::string path = fresh_file(settings, "muster.db");
  const auto store = open_store(path);
  fill(*store, settings, size);
  compare_reads(settings, path, *store, size);
  std::vector<double> rates;
  for (int round = 0; round < settings.rounds; ++round) {
    const auto creates = make_creates(settings, 5'000);
    rates.push_back(measure(creates->size(), [&] { Load(*store, creates).run(64); }).per_second);
  }
  std::printf("create, 64 at once, on %zu rows: muster %.0f/s\n", size, median(rates));
}

std::vector<std::size_t> numbers(std::string_view list) {
  std::vector<std::size_t> values;
  while (!list.empty()) {
    std::size_t value = 0;
    const auto end = std::from_chars(list.data(), list.data() + list.size(), value).ptr;
    values.push_back(value);
    list.remove_prefix(static_cast<std::size_t>(end - list.data()));
    if (!list.empty()) list.remove_prefix(1);
  }
  return values;
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--folder") settings.folder = value;
    if (name == "--creates") settings.creates = std::strtoul(value, nullptr, 10);
    if (name == "--rounds") settings.rounds = std::atoi(value);
    if (name == "--picture") settings.picture = std::strtoul(value, nullptr, 10);
    if (name == "--sizes") settings.sizes = numbers(value);
  }
  settings.folder += "/muster-store-bench";
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  std::printf("one create = profile row + audit row; picture of %zu octets; medians of %d rounds\n",
              settings.picture, settings.rounds);
  compare_writes(settings, settings.creates, 64);
  compare_writes(settings, settings.creates / 10, 1);
  const std::vector<std::size_t> sizes =
      settings.sizes.empty() ? std::vector<std::size_t>{1'000} : settings.sizes;
  for (const std::size_t size : sizes) print_flatness(settings, size);
  std::filesystem::remove_all(settings.folder);
  return 0;
}
