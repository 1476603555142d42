#include "est/credentials.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace muster::est {
namespace {

using std::chrono::seconds;

std::optional<std::string> token_of(const std::string& authorization) {
  http::Headers headers;
  headers.add("authorization", authorization);
  return read_token(headers);
}
std::string basic(const std::string& pair) {
  return "Basic " + base::base64(pair);
}

TEST(Credentials, AreBearerOrThePasswordOfAnyUser) {
  EXPECT_EQ(token_of("Bearer TOKEN"), "TOKEN");
  EXPECT_EQ(token_of("bEARER   TOKEN"), "TOKEN");
  EXPECT_EQ(token_of(basic("estuser:TOKEN")), "TOKEN");
  EXPECT_EQ(token_of(basic(":TOKEN")), "TOKEN");
  EXPECT_EQ(token_of(basic("user:TO:KEN")), "TO:KEN");
  EXPECT_EQ(token_of(basic("us\xc3\xa9r:TOKEN")), "TOKEN");
}

TEST(Credentials, AreNothingElse) {
  for (const std::string& other :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("TOKEN"),
        std::string("Digest username=\"x\""), std::string("Basic !"), basic("TOKEN"),
        basic("TOKEN:"), basic(""), "Bearer " + std::string(2000, 'a')}) {
    EXPECT_FALSE(token_of(other)) << other;
  }
  http::Headers two;
  two.add("Authorization", "Bearer TOKEN");
  two.add("Authorization", "Bearer TOKEN");
  EXPECT_FALSE(read_token(two));
  EXPECT_FALSE(read_token(http::Headers()));
}

class GuessesTest : public ::testing::Test {
 protected:
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(1'790'000'000)};
  Guesses guesses_{clock_};
};

TEST_F(GuessesTest, ASourceWaitsAfterTenRefusals) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(guesses_.wait("s", i % 2 == 0 ? "a" : "b"));
    guesses_.refused("s", i % 2 == 0 ? "a" : "b");
    clock_.advance(seconds(1));
  }
  EXPECT_EQ(guesses_.wait("s", "a"), seconds(50));
  EXPECT_EQ(guesses_.wait("s", "c"), seconds(50)) << "tenants do not multiply guesses";
  EXPECT_FALSE(guesses_.wait("t", "a"));
  clock_.advance(seconds(50));
  EXPECT_FALSE(guesses_.wait("s", "a"));
}

TEST_F(GuessesTest, ManySourcesSlowEachOtherButNotADeviceWithAGoodToken) {
  for (int i = 0; i < 100; ++i) guesses_.refused("s" + std::to_string(i), "a");
  EXPECT_FALSE(guesses_.wait("s5", "a")) << "not yet";
  guesses_.refused("s100", "a");
  EXPECT_TRUE(guesses_.wait("s5", "a")) << "one refusal is enough now";
  EXPECT_FALSE(guesses_.wait("device", "a"));
  EXPECT_FALSE(guesses_.wait("s5", "b"));
  clock_.advance(seconds(60));
  EXPECT_FALSE(guesses_.wait("s5", "a"));
}

}  // namespace
}  // namespace muster::est
