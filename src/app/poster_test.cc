// The words of a poster. What it looks like, and that its code is read, tests/protocol tells.
#include "app/poster.h"

#include <gtest/gtest.h>

namespace muster::app {
namespace {

base::Timestamp at(const char* text) {
  return base::Timestamp::parse(text).value();
}

TEST(Poster, DatesAreInWordsAndUtc) {
  EXPECT_EQ(date_in_words(at("2026-12-05T13:04:59.9Z")), "Saturday, 5 December 2026, 13:04 UTC");
  EXPECT_EQ(date_in_words(at("2024-02-29T23:30:00-01:00")), "Friday, 1 March 2024, 00:30 UTC");
  EXPECT_EQ(date_in_words(at("1969-12-31T23:59:59Z")), "Wednesday, 31 December 1969, 23:59 UTC");
  EXPECT_EQ(date_in_words(at("9999-12-31T00:00:00Z")), "Friday, 31 December 9999, 00:00 UTC");
}

TEST(Poster, TimesAreInTheLargestUnitOfWhichThereAreTwo) {
  const base::Timestamp now = at("2026-11-28T13:00:00Z");
  const auto words = [&](std::chrono::seconds after) {
    return time_in_words(now, now.plus(after));
  };
  using std::chrono::hours;
  using std::chrono::seconds;
  EXPECT_EQ(words(hours(24 * 400)), "400 days");
  EXPECT_EQ(words(hours(24 * 7) - seconds(5)), "7 days");
  EXPECT_EQ(words(hours(48)), "2 days");
  EXPECT_EQ(words(hours(48) - seconds(1)), "48 hours");
  EXPECT_EQ(words(hours(2)), "2 hours");
  EXPECT_EQ(words(hours(1)), "60 minutes");
  EXPECT_EQ(words(seconds(89)), "1 minute");
  EXPECT_EQ(words(seconds(1)), "0 minutes");
}

TEST(Poster, TokensAreInGroupsOfFourCharacters) {
  EXPECT_EQ(in_groups_of_four(""), "");
  EXPECT_EQ(in_groups_of_four("ABCD"), "ABCD");
  EXPECT_EQ(in_groups_of_four("ABCDE"), "ABCD E");
  EXPECT_EQ(in_groups_of_four("AU45AUJOEON4"), "AU45 AUJO EON4");
  EXPECT_EQ(in_groups_of_four("äöüßé"), "äöüß é");
}

TEST(Poster, ATextThatNoSymbolHoldsIsRefused) {
  const auto drawn = draw_poster({.name = "x", .qr_content = std::string(3'000, 'x')},
                                 PosterPaper::kA4, PosterForm::kPdf, at("2026-11-28T13:00:00Z"));
  EXPECT_FALSE(drawn.ok());
}

}  // namespace
}  // namespace muster::app
