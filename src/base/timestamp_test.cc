#include "base/timestamp.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace muster::base {
namespace {

TEST(Timestamp, ReturnsWhatWasSent) {
  for (const std::string_view text :
       {"2016-12-31T23:56:54.7194078+03:00", "2017-01-01T00:00:46.1697867+03:00",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2030-01-01T00:00:00.000Z",
        "2024-02-29T12:00:00-14:00", "2024-02-29T12:00Z", "2024-02-29T12:00:00+00:00",
        "1900-03-01T00:00:00Z", "2000-02-29T00:00:00.5Z"}) {
    const auto parsed = Timestamp::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->text(), text);
    const Timestamp again = Timestamp::from_parts(parsed->ticks(), parsed->form());
    EXPECT_EQ(again.text(), text);
    EXPECT_EQ(again, *parsed);
  }
}

TEST(Timestamp, RefusesWhatIsNoDate) {
  for (const std::string_view text : {"",
                                      "2016-12-31",
                                      "2016-12-31T23:56:54",
                                      "2016-13-31T00:00:00Z",
                                      "2016-02-30T00:00:00Z",
                                      "2023-02-29T00:00:00Z",
                                      "2016-12-31T24:00:00Z",
                                      "2016-12-31T23:60:00Z",
                                      "2016-12-31T23:59:60Z",
                                      "0000-12-31T00:00:00Z",
                                      "0001-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01",
                                      "2016-12-31T23:56:54.Z",
                                      "2016-12-31T23:56:54.1234567890123Z",
                                      "2016-12-31T23:56:54+15:00",
                                      "2016-12-31T23:56:54+3:00",
                                      "2016-12-31 23:56:54Z",
                                      "2016-12-31T23:56:54Z ",
                                      " 2016-12-31T23:56:54Z",
                                      "16-12-31T23:56:54Z",
                                      "2016-12-31T23:56:54 03:00",
                                      "+016-12-31T23:56:54Z"}) {
    EXPECT_FALSE(Timestamp::parse(text)) << text;
  }
}

TEST(Timestamp, ComparesInstants) {
  EXPECT_EQ(*Timestamp::parse("2026-01-02T12:00:00.1234567+03:00"),
            *Timestamp::parse("2026-01-02T09:00:00.1234567z"));
  EXPECT_LT(*Timestamp::parse("2026-01-02T12:00:00+03:00"),
            *Timestamp::parse("2026-01-02T09:00:00.0000001Z"));
}

TEST(Timestamp, KeepsSevenOfUpToTwelveDigits) {
  EXPECT_EQ(Timestamp::parse("2026-01-02T09:00:00.123456789012Z")->text(),
            "2026-01-02T09:00:00.1234567Z");
}

TEST(Timestamp, ServerMadeDatesTrimZeros) {
  const Timestamp base = Timestamp::from_unix_seconds(1'700'000'000);
  EXPECT_EQ(base.text(), "2023-11-14T22:13:20Z");
  EXPECT_EQ(Timestamp::from_ticks(base.ticks() + 500'000).text(), "2023-11-14T22:13:20.05Z");
  EXPECT_EQ(Timestamp::from_ticks(base.ticks() + 1).text(), "2023-11-14T22:13:20.0000001Z");
  EXPECT_EQ(base.unix_seconds(), 1'700'000'000);
}

TEST(Timestamp, AdditionStopsAtTheEndOfTheRange) {
  const Timestamp late = *Timestamp::parse("9999-12-31T23:59:58Z");
  EXPECT_EQ(late.plus(std::chrono::seconds(1)).text(), "9999-12-31T23:59:59Z");
  EXPECT_EQ(late.plus(std::chrono::hours(1)).text(), "9999-12-31T23:59:59Z");
}

TEST(Timestamp, FormsThatNoValueHasGiveUtc) {
  const Timestamp base = Timestamp::from_unix_seconds(0);
  for (const std::int32_t form : {-1, 1 << 16, 0x7FF, 0}) {
    EXPECT_EQ(Timestamp::from_parts(base.ticks(), form).text(), "1970-01-01T00:00:00Z") << form;
  }
}

TEST(Clock, TheSystemsIsInThisCentury) {
  EXPECT_GT(SystemClock().now(), Timestamp::from_unix_seconds(1'700'000'000));
  EXPECT_LT(SystemClock().now(), Timestamp::from_unix_seconds(4'102'444'800));
}

TEST(Clock, TheManualOneMovesWhenTold) {
  ManualClock clock(Timestamp::from_unix_seconds(100));
  clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(clock.now().unix_seconds(), 105);
}

}  // namespace
}  // namespace muster::base
