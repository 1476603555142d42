#include "base/failure_limiter.h"

#include <string>

#include <gtest/gtest.h>

namespace muster::base {
namespace {

using std::chrono::seconds;

class FailureLimiterTest : public ::testing::Test {
 protected:
  ManualClock clock_{Timestamp::from_unix_seconds(1'767'225'600)};
  FailureLimiter limiter_{3, seconds(60), clock_, 16};
};

TEST_F(FailureLimiterTest, RefusesAfterTheAllowedFailuresUntilTheWindowEnds) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(limiter_.wait("10.0.0.1", "app"));
    limiter_.failed("10.0.0.1", "app");
    clock_.advance(seconds(1));
  }
  EXPECT_EQ(limiter_.wait("10.0.0.1", "app"), seconds(57));
  clock_.advance(std::chrono::milliseconds(56'500));
  EXPECT_EQ(limiter_.wait("10.0.0.1", "app"), seconds(1));
  clock_.advance(std::chrono::milliseconds(500));
  EXPECT_FALSE(limiter_.wait("10.0.0.1", "app"));
  limiter_.failed("10.0.0.1", "app");
  EXPECT_FALSE(limiter_.wait("10.0.0.1", "app")) << "a new window starts at one";
}

TEST_F(FailureLimiterTest, OtherSourcesAndClientsAreNotAffected) {
  for (int i = 0; i < 5; ++i) limiter_.failed("10.0.0.1", "app");
  EXPECT_TRUE(limiter_.wait("10.0.0.1", "app"));
  EXPECT_FALSE(limiter_.wait("10.0.0.2", "app"));
  EXPECT_FALSE(limiter_.wait("10.0.0.1", "app2"));
  EXPECT_FALSE(limiter_.wait("10.0.0.1a", "pp")) << "pairs must not run together";
}

TEST_F(FailureLimiterTest, StaysBounded) {
  for (int i = 0; i < 10'000; ++i) {
    limiter_.failed("source" + std::to_string(i), "app");
    ASSERT_LE(limiter_.size(), 16U);
  }
  EXPECT_GE(limiter_.size(), 8U) << "room is made by a little, not by forgetting all";
}

TEST_F(FailureLimiterTest, EndedWindowsMakeRoomFirst) {
  for (int i = 0; i < 15; ++i) limiter_.failed("old" + std::to_string(i), "app");
  clock_.advance(seconds(61));
  for (int i = 0; i < 3; ++i) limiter_.failed("young", "app");
  limiter_.failed("one more", "app");
  EXPECT_TRUE(limiter_.wait("young", "app"));
  EXPECT_EQ(limiter_.size(), 2U);
}

}  // namespace
}  // namespace muster::base
