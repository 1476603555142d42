#include "graph/throttle.h"

#include <gtest/gtest.h>

namespace muster::graph {
namespace {

using std::chrono::seconds;

constexpr ThrottleSettings kSmall{.window = seconds(20),
                                  .application = {.requests = 5, .writes = 2},
                                  .tenant = {.requests = 8, .writes = 3}};

class ThrottleTest : public testing::Test {
 protected:
  std::optional<seconds> take(std::string_view tenant, std::string_view application, bool write) {
    return throttle_.take(kSmall, tenant, application, write);
  }
  base::ManualClock clock_{*base::Timestamp::parse("2026-01-01T00:00:00Z")};
  Throttle throttle_{clock_, 8};
};

TEST_F(ThrottleTest, CountsWritesOfAnApplicationAndSaysWhenToComeBack) {
  EXPECT_FALSE(take("t", "a", true));
  clock_.advance(seconds(3));
  EXPECT_FALSE(take("t", "a", true));
  EXPECT_EQ(take("t", "a", true), seconds(17));
  EXPECT_FALSE(take("t", "a", false)) << "reading is not spent yet";
  clock_.advance(seconds(16));
  EXPECT_EQ(take("t", "a", true), seconds(1));
  clock_.advance(seconds(1));
  EXPECT_FALSE(take("t", "a", true)) << "the wait that was named is enough";
}

TEST_F(ThrottleTest, WhatIsRefusedIsNotCounted) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(take("t", "a", false));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(take("t", "a", false));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(take("t", "b", false)) << "8 of the tenant in all";
  EXPECT_TRUE(take("t", "b", false));
}

TEST_F(ThrottleTest, TheTenantsAllowanceHoldsForAllItsApplications) {
  EXPECT_FALSE(take("t", "a", true));
  EXPECT_FALSE(take("t", "a", true));
  EXPECT_FALSE(take("t", "b", true));
  EXPECT_TRUE(take("t", "b", true));
  EXPECT_FALSE(take("u", "b", true)) << "another tenant has its own";
}

TEST_F(ThrottleTest, ZeroIsNoLimit) {
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(throttle_.take({}, "t", "a", true));
  const ThrottleSettings writes_only{.application = {.requests = 0, .writes = 1}};
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(throttle_.take(writes_only, "t", "a", false));
  EXPECT_FALSE(throttle_.take(writes_only, "t", "a", true));
  EXPECT_TRUE(throttle_.take(writes_only, "t", "a", true));
}

TEST_F(ThrottleTest, AClockThatWasSetBackLocksNobodyOut) {
  EXPECT_FALSE(take("t", "a", true));
  EXPECT_FALSE(take("t", "a", true));
  clock_.advance(-std::chrono::hours(10));
  EXPECT_FALSE(take("t", "a", true));
}

TEST_F(ThrottleTest, ForgetsRatherThanGrows) {
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(take("t" + std::to_string(i), "a", true));
  }
  clock_.advance(seconds(21));
  EXPECT_FALSE(take("t0", "a", true));
}

}  // namespace
}  // namespace muster::graph
