#include "auth/verified_tokens.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace muster::auth {
namespace {

constexpr VerifiedTokens::Epoch kEpoch{1, 1};

VerifiedToken token(std::int64_t expires) {
  return {std::make_shared<Principal>(), 0, expires};
}

TokenDigest digest(int i) {
  return base::sha256(std::to_string(i));
}

TEST(VerifiedTokens, FindsWhatWasRemembered) {
  VerifiedTokens cache;
  EXPECT_EQ(cache.find(kEpoch, digest(1)), nullptr);
  cache.remember(kEpoch, digest(1), token(11), 100);
  cache.remember(kEpoch, digest(2), token(12), 100);
  ASSERT_NE(cache.find(kEpoch, digest(1)), nullptr);
  EXPECT_EQ(cache.find(kEpoch, digest(1))->expires, 11);
  EXPECT_EQ(cache.find(kEpoch, digest(2))->expires, 12);
  EXPECT_EQ(cache.find(kEpoch, digest(3)), nullptr);
}

TEST(VerifiedTokens, AnotherEpochKnowsNothing) {
  VerifiedTokens cache;
  cache.remember(kEpoch, digest(1), token(11), 100);
  EXPECT_EQ(cache.find({2, 1}, digest(1)), nullptr);
  EXPECT_EQ(cache.find({1, 2}, digest(1)), nullptr);
  EXPECT_NE(cache.find(kEpoch, digest(1)), nullptr);
  cache.remember({1, 2}, digest(2), token(12), 100);
  EXPECT_EQ(cache.find(kEpoch, digest(1)), nullptr);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(VerifiedTokens, StaysWithinItsCapacityWhateverIsAsked) {
  VerifiedTokens cache;
  for (int i = 0; i < 1000; ++i) {
    cache.remember(kEpoch, digest(i), token(i), 10);
    for (int j = 0; j <= i; j += 3) {
      const VerifiedToken* found = cache.find(kEpoch, digest(j));
      ASSERT_TRUE(found == nullptr || found->expires == j);
    }
    ASSERT_LE(cache.size(), 10U);
  }
}

TEST(VerifiedTokens, KeepsWhatIsUsed) {
  VerifiedTokens cache;
  cache.remember(kEpoch, digest(0), token(0), 10);
  for (int i = 1; i < 100; ++i) {
    cache.remember(kEpoch, digest(i), token(i), 10);
    ASSERT_NE(cache.find(kEpoch, digest(0)), nullptr) << i;
  }
  EXPECT_EQ(cache.find(kEpoch, digest(1)), nullptr);
}

}  // namespace
}  // namespace muster::auth
