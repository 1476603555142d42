#include "observe/health.h"

#include <gtest/gtest.h>

namespace muster::observe {
namespace {

base::Status failing() {
  return base::fail(base::ErrorCode::kUnavailable, "the disk is \"full\"");
}

TEST(Health, WithoutChecksIsWell) {
  const Health health;
  EXPECT_TRUE(health.live().ok);
  EXPECT_EQ(health.ready().json, R"({"status":"ok","checks":{}})");
}

TEST(Health, NamesEveryCheck) {
  Health health;
  health.add("loop", Probe::kLive, base::done);
  health.add("store", Probe::kReady, failing);
  EXPECT_FALSE(health.ready().ok);
  EXPECT_EQ(health.ready().json,
            R"({"status":"unavailable","checks":{"loop":"ok","store":"the disk is \"full\""}})");
}

TEST(Health, ReadinessDoesNotRestartAProcess) {
  Health health;
  health.add("store", Probe::kReady, failing);
  EXPECT_TRUE(health.live().ok);
  EXPECT_EQ(health.live().json, R"({"status":"ok","checks":{}})");
}

TEST(Health, DrainingIsNotReadyButAlive) {
  Health health;
  health.start_draining();
  EXPECT_FALSE(health.ready().ok);
  EXPECT_TRUE(health.live().ok);
}

}  // namespace
}  // namespace muster::observe
