// What the embedded engine promises beyond the contract: files, secrets at rest, groups, other
// processes. Its behaviour under faults is in fault_test.cc.
#include "store/sqlite/sqlite_store.h"

#include <fstream>
#include <iterator>

#include <sys/stat.h>

#include "store/store_fixture.h"

namespace muster::store::sqlite {
namespace {

using base::ErrorCode;

class SqliteFile : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("muster.db"); }
  [[nodiscard]] SqliteOptions options() const {
    return {.path = path(),
            .vault = test_vault(),
            .busy_timeout = std::chrono::milliseconds(20),
            .health_interval = std::chrono::milliseconds(0)};
  }
  [[nodiscard]] static std::unique_ptr<Store> open(SqliteOptions options) {
    auto store = open_sqlite(std::move(options));
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return store.ok() ? std::move(store).value() : nullptr;
  }
  [[nodiscard]] std::unique_ptr<Store> open() const { return open(options()); }

  static void insert(Store& store, const edm::Record& record) {
    const auto status = write_and_wait(store, kTenantA, inserting(kTenantA, record));
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  [[nodiscard]] static std::size_t count(Store& store) {
    auto page = list(store, {.set = &edm::kProfiles, .tenant = kTenantA, .count = true});
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().message);
    return page.ok() ? page->count.value_or(0) : 0;
  }
  // Another program with the file open.
  [[nodiscard]] Connection stranger() const {
    auto connection = Connection::open(path(), OpenMode::kReadWrite, "", std::chrono::seconds(5));
    EXPECT_TRUE(connection.ok());
    return std::move(connection).value();
  }
  [[nodiscard]] static std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteFile, KeepsWhatWasReportedAsDone) {
  {
    const auto store = open();
    for (unsigned i = 0; i < 20; ++i) insert(*store, profile_of(i));
  }
  const auto store = open();
  EXPECT_EQ(count(*store), 20U);
  const auto record = get(*store, edm::kProfiles, kTenantA, key_of(7));
  ASSERT_TRUE(record.ok() && *record);
  expect_same(**record, profile_of(7));
  EXPECT_EQ(*stranger().text_of("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteFile, HoldsSecretsSealedOnly) {
  const auto store = open();
  edm::Record record = profile_of(1);
  record.put(edm::profile::kDisplayName, std::string("VISIBLE-NAME"));
  record.put(edm::profile::kTokenValue, std::string("HIDDEN-TOKEN"));
  record.put(edm::profile::kQrCodeContent, std::string("{\"token\":\"HIDDEN-TOKEN\"}"));
  record.set(edm::profile::kQrCodeImage.ordinal, picture("HIDDEN-PICTURE"));
  insert(*store, record);
  std::string all;
  for (const char* suffix : {"", "-wal", "-shm"}) all += content(path() + suffix);
  EXPECT_NE(all.find("VISIBLE-NAME"), std::string::npos);
  EXPECT_EQ(all.find("HIDDEN"), std::string::npos);
  EXPECT_EQ(all.find("SElEREVO"), std::string::npos) << "nor as base64";
}

TEST_F(SqliteFile, IsItsOwnersOnly) {
  const ::mode_t before = ::umask(0);
  const auto store = open();
  insert(*store, profile_of(1));
  ::umask(before);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteFile, OpensSecretsOnlyWhenAskedAndOnlyWithItsKey) {
  insert(*open(), profile_of(1));
  SqliteOptions other = options();
  other.vault = base::Vault::with_key("another key of thirty-two octets");
  const auto store = open(other);
  const auto without = get(*store, edm::kProfiles, kTenantA, key_of(1),
                           edm::PropertyMask{1} << edm::profile::kDisplayName.ordinal);
  EXPECT_TRUE(without.ok() && *without);
  const auto whole = get(*store, edm::kProfiles, kTenantA, key_of(1));
  ASSERT_FALSE(whole.ok());
  EXPECT_EQ(whole.error().code, ErrorCode::kInternal);
}

TEST_F(SqliteFile, RefusesSecretsThatWereMovedToAnotherRow) {
  const auto store = open();
  insert(*store, profile_of(1));
  insert(*store, profile_of(2));
  ASSERT_TRUE(stranger()
                  .execute("UPDATE enrollment_profiles SET sealed = (SELECT sealed FROM "
                           "enrollment_profiles ORDER BY id LIMIT 1)")
                  .ok());
  EXPECT_TRUE(get(*store, edm::kProfiles, kTenantA, key_of(1)).ok());
  const auto moved = get(*store, edm::kProfiles, kTenantA, key_of(2));
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code, ErrorCode::kInternal);
}

TEST_F(SqliteFile, CommitsWhatWaitsTogether) {
  const auto store = open();
  constexpr unsigned kCount = 50;
  std::atomic<unsigned> good{0};
  std::promise<void> last;
  {
    HeldWriter held(*store, kTenantA);
    for (unsigned i = 0; i < kCount; ++i) {
      store->write(kTenantA, inserting(kTenantA, profile_of(i)), [&](base::Status status) {
        if (status.ok() && ++good == kCount) last.set_value();
      });
    }
  }
  last.get_future().wait();
  EXPECT_EQ(store->statistics().commits, 1U);
  EXPECT_EQ(store->statistics().writes, kCount + 1) << "with the one that held the others";
}

TEST_F(SqliteFile, MakesGroupsNoLargerThanTold) {
  SqliteOptions small = options();
  small.max_group = 8;
  const auto store = open(small);
  std::atomic<unsigned> good{0};
  std::promise<void> last;
  {
    HeldWriter held(*store, kTenantA);
    for (unsigned i = 0; i < 32; ++i) {
      store->write(kTenantA, inserting(kTenantA, profile_of(i)), [&](base::Status status) {
        if (status.ok() && ++good == 32) last.set_value();
      });
    }
  }
  last.get_future().wait();
  EXPECT_EQ(store->statistics().commits, 4U);
}

TEST_F(SqliteFile, IsUnavailableWhileAnotherProcessHoldsIt) {
  const auto store = open();
  insert(*store, profile_of(1));
  Connection other = stranger();
  ASSERT_TRUE(other.execute("BEGIN IMMEDIATE").ok());
  const auto status = write_and_wait(*store, kTenantA, inserting(kTenantA, profile_of(2)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(status.error().retry_after.has_value());
  EXPECT_EQ(count(*store), 1U) << "reads go on";
  EXPECT_FALSE(store->health().ok());
  EXPECT_GE(store->statistics().failed_writes, 1U);
  ASSERT_TRUE(other.execute("COMMIT").ok());
  insert(*store, profile_of(2));
  EXPECT_TRUE(store->health().ok());
}

TEST_F(SqliteFile, NoticesALockWithoutAWrite) {
  const auto store = open();
  EXPECT_TRUE(store->health().ok());
  Connection other = stranger();
  ASSERT_TRUE(other.execute("BEGIN IMMEDIATE").ok());
  const auto status = store->health();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(other.execute("COMMIT").ok());
  EXPECT_TRUE(store->health().ok()) << "by itself";
}

TEST_F(SqliteFile, IsSharedByTwoProcesses) {
  SqliteOptions patient = options();
  patient.busy_timeout = std::chrono::seconds(20);
  const auto one = open(patient);
  const auto two = open(patient);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      Store& store = t == 0 ? *one : *two;
      for (unsigned i = 0; i < 30; ++i) insert(store, profile_of(t * 100 + i));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count(*one), 60U);
  EXPECT_EQ(count(*two), 60U);
  EXPECT_EQ(*stranger().text_of("PRAGMA integrity_check"), "ok");
}

// Some 200 pages of log for each round of 64; without checkpoints there would be 8 000.
TEST_F(SqliteFile, KeepsItsLogSmall) {
  SqliteOptions small = options();
  small.checkpoint_pages = 100;
  const auto store = open(small);
  edm::Record record = profile_of(0);
  record.set(edm::profile::kQrCodeImage.ordinal, picture(std::string(8'192, 'x')));
  std::uintmax_t largest = 0;
  for (unsigned round = 0; round < 40; ++round) {
    const auto status = write_and_wait(*store, kTenantA, [&](Transaction& t) -> base::Status {
      for (unsigned i = 0; i < 64; ++i) {
        record.put(edm::profile::kId, key_of(round * 64 + i));
        MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, record));
      }
      return base::done();
    });
    ASSERT_TRUE(status.ok());
    largest = std::max(largest, std::filesystem::file_size(path() + "-wal"));
  }
  EXPECT_LT(largest, 1'000U * 4'096);
  EXPECT_EQ(count(*store), 2'560U);
}

TEST_F(SqliteFile, OutlivesThreadsThatRead) {
  auto store = open();
  insert(*store, profile_of(1));
  std::promise<void> read;
  std::promise<void> closed;
  std::thread reader([&] {
    EXPECT_EQ(count(*store), 1U);
    read.set_value();
    closed.get_future().wait();  // the thread goes after the store
  });
  read.get_future().wait();
  store.reset();
  closed.set_value();
  reader.join();
  EXPECT_EQ(count(*open()), 1U);
}

}  // namespace
}  // namespace muster::store::sqlite
