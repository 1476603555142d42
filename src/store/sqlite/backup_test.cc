#include "store/backup.h"

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include <sys/stat.h>

#include "store/sqlite/connection.h"
#include "store/store_fixture.h"

namespace muster::store {
namespace {

class Copy : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("muster.db"); }
  [[nodiscard]] std::string copy() const { return folder_.file("copy.db"); }
  [[nodiscard]] std::unique_ptr<Store> open(const std::string& file) const {
    auto store = open_sqlite({.path = file, .vault = test_vault()});
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return store.ok() ? std::move(store).value() : nullptr;
  }
  static void insert(Store& store, unsigned number) {
    ASSERT_TRUE(write_and_wait(store, kTenantA, inserting(kTenantA, profile_of(number))).ok());
  }
  static std::map<std::string, std::uint64_t> rows(const CopyFacts& facts) {
    return {facts.rows.begin(), facts.rows.end()};
  }
  static void expect_refused(const base::Result<CopyFacts>& facts, const std::string& word) {
    ASSERT_FALSE(facts.ok());
    EXPECT_EQ(facts.error().code, base::ErrorCode::kConfiguration) << facts.error().message;
    EXPECT_NE(facts.error().message.find(word), std::string::npos) << facts.error().message;
  }
  void run(const std::string& file, const char* sql) const {
    auto connection =
        sqlite::Connection::open(file, sqlite::OpenMode::kReadWrite, "", std::chrono::seconds(1));
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE(connection->execute(sql).ok());
  }
  TemporaryFolder folder_;
};

TEST_F(Copy, IsAStoreOfItsOwn) {
  const auto store = open(path());
  for (unsigned i = 0; i < 20; ++i) insert(*store, i);
  std::uint64_t done = 0;
  std::uint64_t all = 0;
  const auto facts = copy_sqlite(path(), copy(), [&](std::uint64_t now, std::uint64_t of) {
    done = now;
    all = of;
  });
  ASSERT_TRUE(facts.ok()) << facts.error().message;
  EXPECT_EQ(rows(*facts)["enrollment_profiles"], 20U);
  EXPECT_EQ(done, all);
  EXPECT_EQ(all, std::filesystem::file_size(copy()));
  struct stat status {};
  ASSERT_EQ(::stat(copy().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(copy() + "-wal")) << "one file";

  insert(*store, 20);
  const auto checked = check_sqlite(copy());
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_EQ(checked->rows, facts->rows);
  EXPECT_EQ(checked->schema, facts->schema);
  const auto second = open(copy());
  const auto record = get(*second, edm::kProfiles, kTenantA, key_of(7));
  ASSERT_TRUE(record.ok() && *record);
  expect_same(**record, profile_of(7));
}

// Large enough that the copy takes several steps, with commits between them.
TEST_F(Copy, HoldsWholeTransactionsAndAllOfBefore) {
  const auto store = open(path());
  edm::Record large = profile_of(0);
  large.set(edm::profile::kQrCodeImage.ordinal, picture(std::string(4'096, 'x')));
  // Pairs: an odd number would be half a transaction.
  const auto pair = [&](unsigned at) {
    return write_and_wait(*store, kTenantA, [&, at](Transaction& t) -> base::Status {
      edm::Record record = large;
      for (unsigned i = 0; i < 2; ++i) {
        record.put(edm::profile::kId, key_of(at * 2 + i));
        MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, record));
      }
      return base::done();
    });
  };
  for (unsigned i = 0; i < 1'500; ++i) ASSERT_TRUE(pair(i).ok());
  std::atomic<bool> stop{false};
  std::atomic<unsigned> acknowledged{1'500};
  std::thread writer([&] {
    while (!stop) {
      const auto status = pair(acknowledged);
      ASSERT_TRUE(status.ok()) << status.error().message;
      ++acknowledged;
    }
  });
  const unsigned before = acknowledged;
  unsigned steps = 0;
  const auto facts = copy_sqlite(path(), copy(), [&](std::uint64_t, std::uint64_t) {
    ++steps;
    const unsigned seen = acknowledged;  // the next step comes after a commit
    while (acknowledged < seen + 2) std::this_thread::yield();
  });
  stop = true;
  writer.join();
  ASSERT_TRUE(facts.ok()) << facts.error().message;
  EXPECT_GE(steps, 3U);
  const std::uint64_t profiles = rows(*facts)["enrollment_profiles"];
  EXPECT_EQ(profiles % 2, 0U);
  EXPECT_GE(profiles, before * 2U);
  EXPECT_LT(profiles, acknowledged * 2U) << "one moment, not the last step's";
  EXPECT_TRUE(check_sqlite(copy()).ok());
}

TEST_F(Copy, OverwritesNothing) {
  insert(*open(path()), 1);
  std::ofstream(copy()) << "mine";
  expect_refused(copy_sqlite(path(), copy(), {}), copy());
  EXPECT_EQ(std::filesystem::file_size(copy()), 4U);
}

TEST_F(Copy, IsRefusedOfWhatIsNoStore) {
  ASSERT_FALSE(copy_sqlite(folder_.file("absent.db"), copy(), {}).ok());
  std::ofstream(folder_.file("empty.db")).flush();
  expect_refused(copy_sqlite(folder_.file("empty.db"), copy(), {}), "empty");
  EXPECT_FALSE(std::filesystem::exists(copy()));
  open(path()).reset();
  run(path(), "INSERT INTO schema_version VALUES (9999, 'future')");
  expect_refused(copy_sqlite(path(), copy(), {}), "9999");
  expect_refused(check_sqlite(path()), "9999");
  run(path(), "PRAGMA application_id = 1");
  expect_refused(check_sqlite(path()), "not a database of Muster's");
}

TEST_F(Copy, IsSeenToBeDamaged) {
  {
    const auto store = open(path());
    for (unsigned i = 0; i < 200; ++i) insert(*store, i);
  }
  ASSERT_TRUE(copy_sqlite(path(), copy(), {}).ok());
  const auto size = std::filesystem::file_size(copy());
  {
    std::fstream file(copy(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 4'096 / 2 * 4'096));
    file << std::string(4'096, '\x5a');
  }
  expect_refused(check_sqlite(copy()), "damaged");
  std::filesystem::resize_file(copy(), size / 2);
  expect_refused(check_sqlite(copy()), "damaged");
}

}  // namespace
}  // namespace muster::store
