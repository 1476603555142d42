// The embedded engine on a disk that is full, fails or is read-only.
#include "store/sqlite/fault_vfs.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store_fixture.h"

namespace muster::store::sqlite {
namespace {

using base::ErrorCode;

class SqliteFaults : public testing::Test {
 protected:
  void SetUp() override {
    auto store = open_sqlite(options());
    ASSERT_TRUE(store.ok()) << store.error().message;
    store_ = std::move(store).value();
    ASSERT_TRUE(insert(1).ok());
  }
  [[nodiscard]] SqliteOptions options() const {
    return {.path = folder_.file("muster.db"),
            .vault = test_vault(),
            .busy_timeout = std::chrono::milliseconds(20),
            .health_interval = std::chrono::milliseconds(0),
            .vfs = vfs_.name()};
  }
  [[nodiscard]] base::Status insert(unsigned number) {
    return write_and_wait(*store_, kTenantA, inserting(kTenantA, profile_of(number)));
  }
  [[nodiscard]] std::vector<std::string> keys() {
    auto page = list(*store_, {.set = &edm::kProfiles, .tenant = kTenantA});
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().message);
    std::vector<std::string> keys;
    if (page.ok()) {
      for (const auto& record : page->records) keys.push_back(record.key());
    }
    return keys;
  }
  void expect_refusal(const base::Status& status, ErrorCode code) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, code) << status.error().message;
    EXPECT_TRUE(status.error().retry_after.has_value());
  }
  // The fault lasts for a while: writes are refused, reads go on, health tells; then it is over.
  void endure(Fault fault, ErrorCode code) {
    vfs_.set(fault);
    for (unsigned i = 2; i < 6; ++i) expect_refusal(insert(i), code);
    EXPECT_EQ(keys(), std::vector<std::string>{key_of(1)}) << "reads go on";
    expect_refusal(store_->health(), code);
    expect_refusal(store_->health(), code);
    EXPECT_GE(store_->statistics().failed_writes, 4U);
    vfs_.set(Fault::kNone);
    EXPECT_TRUE(store_->health().ok()) << "by itself, without a write of a client";
    EXPECT_TRUE(insert(9).ok());
    const std::vector<std::string> expected = {key_of(1), key_of(9)};
    EXPECT_EQ(keys(), expected) << "nothing that was refused";
    store_.reset();
    auto again = open_sqlite(options());
    ASSERT_TRUE(again.ok()) << again.error().message;
    store_ = std::move(again).value();
    EXPECT_EQ(keys(), expected) << "also after a restart";
  }

  TemporaryFolder folder_;
  FaultVfs vfs_;
  std::unique_ptr<Store> store_;
};

TEST_F(SqliteFaults, AFullDiskRefusesWritesOnlyAndIsOverWhenSpaceReturns) {
  endure(Fault::kFull, ErrorCode::kInsufficientStorage);
}

TEST_F(SqliteFaults, AFailingDiskRefusesWritesUntilItWorksAgain) {
  endure(Fault::kWriteError, ErrorCode::kUnavailable);
}

TEST_F(SqliteFaults, AFailingSyncRefusesWritesUntilItWorksAgain) {
  endure(Fault::kSyncError, ErrorCode::kUnavailable);
}

TEST_F(SqliteFaults, AfterAFailedSyncNothingSucceedsOnTheOldConnection) {
  const unsigned before = vfs_.database_opens();
  vfs_.set(Fault::kSyncError);
  expect_refusal(insert(2), ErrorCode::kUnavailable);
  vfs_.set(Fault::kNone);
  ASSERT_TRUE(insert(3).ok());
  EXPECT_GT(vfs_.database_opens(), before);
}

TEST_F(SqliteFaults, WhileTheFileCannotBeOpenedAgainWritesAreRefused) {
  EXPECT_EQ(keys().size(), 1U);  // a reading connection stays
  vfs_.set(Fault::kSyncError);
  expect_refusal(insert(2), ErrorCode::kUnavailable);
  vfs_.set(Fault::kOpenError);
  expect_refusal(insert(2), ErrorCode::kUnavailable);
  EXPECT_EQ(keys().size(), 1U);
  vfs_.set(Fault::kNone);
  EXPECT_TRUE(insert(2).ok());
}

TEST_F(SqliteFaults, ARefusedGroupIsRefusedWhole) {
  std::vector<std::future<base::Status>> outcomes;
  {
    HeldWriter held(*store_, kTenantA);
    for (unsigned i = 10; i < 20; ++i) {
      auto promise = std::make_shared<std::promise<base::Status>>();
      outcomes.push_back(promise->get_future());
      store_->write(kTenantA, inserting(kTenantA, profile_of(i)),
                    [promise](base::Status status) { promise->set_value(std::move(status)); });
    }
    vfs_.set(Fault::kFull);
  }
  for (auto& outcome : outcomes) {
    expect_refusal(outcome.get(), ErrorCode::kInsufficientStorage);
  }
  EXPECT_EQ(keys().size(), 1U);
}

TEST_F(SqliteFaults, EveryCompletionComesAfterASync) {
  unsigned synced = vfs_.log_syncs();
  for (unsigned i = 10; i < 15; ++i) {
    ASSERT_TRUE(insert(i).ok());
    EXPECT_GT(vfs_.log_syncs(), synced);
    synced = vfs_.log_syncs();
  }
}

TEST_F(SqliteFaults, AReadOnlyFileIsRefusedAtTheStart) {
  store_.reset();
  vfs_.set(Fault::kReadOnly);
  const auto store = open_sqlite(options());
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(store.error().message.find(options().path), std::string::npos);
}

}  // namespace
}  // namespace muster::store::sqlite
