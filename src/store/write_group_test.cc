#include "store/write_group.h"

#include <gtest/gtest.h>

#include "store/store_fixture.h"

namespace muster::store {
namespace {

using base::ErrorCode;

// A group over the reference store, and what its members were told.
class WriteGroupTest : public testing::Test {
 protected:
  Completion told(std::size_t member) {
    return [this, member](base::Status status) {
      const std::lock_guard lock(mutex_);
      outcomes_[member] = std::move(status);
    };
  }
  void insert(std::size_t member, unsigned number, std::string_view tenant = kTenantA) {
    group_.member(member).write(
        tenant,
        [number, tenant = std::string(tenant)](Transaction& transaction) {
          return transaction.insert(edm::kProfiles, tenant, profile_of(number));
        },
        told(member));
  }
  // Everything that was queued is done when a later write is.
  std::size_t stored() {
    EXPECT_TRUE(write_and_wait(*store_, kTenantA, [](Transaction&) { return base::done(); }));
    return list(*store_, {.set = &edm::kProfiles, .tenant = kTenantA})->records.size();
  }
  std::optional<ErrorCode> error_of(std::size_t member) {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(outcomes_[member].has_value()) << member;
    if (!outcomes_[member] || outcomes_[member]->ok()) return std::nullopt;
    return outcomes_[member]->error().code;
  }

  std::mutex mutex_;
  std::optional<base::Status> outcomes_[3];
  std::vector<std::size_t> enlisted_;
  std::unique_ptr<Store> store_ = make_memory_store();
  WriteGroup group_{*store_, 3, [this](std::size_t member) { enlisted_.push_back(member); }};
};

TEST_F(WriteGroupTest, KeepsWritesUntilItIsDecidedAndMakesThemInTheOrderOfTheMembers) {
  group_.member(1).write(
      kTenantA,
      [](Transaction& transaction) {
        return transaction.remove(edm::kProfiles, kTenantA, key_of(7));
      },
      told(1));
  insert(0, 7);
  insert(2, 8);
  EXPECT_EQ(enlisted_, (std::vector<std::size_t>{1, 0, 2}));
  EXPECT_EQ(stored(), 0U);
  const auto commits = store_->statistics().commits;
  group_.commit();
  EXPECT_EQ(stored(), 1U);
  EXPECT_EQ(store_->statistics().commits, commits + 2);  // the group's and the one of stored()
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(error_of(i), std::nullopt);
}

TEST_F(WriteGroupTest, OneRefusalUndoesAllAndOnlyItsMemberIsToldWhy) {
  insert(0, 1);
  insert(1, 1);
  insert(2, 2);
  group_.commit();
  EXPECT_EQ(stored(), 0U);
  EXPECT_EQ(error_of(0), ErrorCode::kFailedDependency);
  EXPECT_EQ(error_of(1), ErrorCode::kConflict);
  EXPECT_EQ(error_of(2), ErrorCode::kFailedDependency);
}

TEST_F(WriteGroupTest, CancelledItMakesNothing) {
  insert(0, 1);
  group_.cancel();
  insert(1, 2);
  EXPECT_EQ(error_of(0), ErrorCode::kFailedDependency);
  EXPECT_EQ(error_of(1), ErrorCode::kInternal);
  EXPECT_EQ(stored(), 0U);
}

TEST_F(WriteGroupTest, TakesOneTenantOnly) {
  insert(0, 1);
  insert(1, 2, kTenantB);
  EXPECT_EQ(error_of(1), ErrorCode::kBadRequest);
  EXPECT_EQ(enlisted_, std::vector<std::size_t>{0});
}

TEST_F(WriteGroupTest, AFailingStoreIsToldToAll) {
  auto full = make_memory_store(0);
  WriteGroup group(*full, 2, [](std::size_t) {});
  for (std::size_t i = 0; i < 2; ++i) {
    group.member(i).write(
        kTenantA, [](Transaction&) { return base::done(); }, told(i));
  }
  group.commit();
  EXPECT_EQ(error_of(0), ErrorCode::kUnavailable);
  EXPECT_EQ(error_of(1), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace muster::store
