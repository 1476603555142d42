#include "app/settings_value.h"

#include <array>

#include <gtest/gtest.h>

namespace muster::app {
namespace {

using std::chrono::milliseconds;

TEST(SettingsValue, DurationsAreReadAsPeopleWriteThem) {
  struct Row {
    std::string_view text;
    std::int64_t milliseconds;
  };
  constexpr std::array kRows = {Row{"0", 0},
                                Row{"0s", 0},
                                Row{"1ms", 1},
                                Row{"30s", 30'000},
                                Row{"15m", 900'000},
                                Row{"1h", 3'600'000},
                                Row{"1h30m", 5'400'000},
                                Row{"1d12h", 129'600'000},
                                Row{"2w", 1'209'600'000},
                                Row{"90d", 7'776'000'000},
                                Row{"1s500ms", 1'500}};
  for (const Row& row : kRows) {
    const auto read = parse_duration(row.text);
    ASSERT_TRUE(read.has_value()) << row.text;
    EXPECT_EQ(read->count(), row.milliseconds) << row.text;
  }
}

TEST(SettingsValue, WhatIsNoDurationIsRefused) {
  for (const std::string_view text :
       {"", "5", "1", "s", "1x", "1 h", " 1h", "1h ", "-1h", "+1h", "1.5h", "1m1h", "1h1h", "1H",
        "99999999999999999999s", "9000000000000000000d", "300w300d99999999d", "1h30"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(SettingsValue, DurationsAreWrittenInTheLargestUnitThatDividesThem) {
  EXPECT_EQ(format_duration(milliseconds(0)), "0");
  EXPECT_EQ(format_duration(milliseconds(500)), "500ms");
  EXPECT_EQ(format_duration(std::chrono::seconds(3599)), "3599s");
  EXPECT_EQ(format_duration(std::chrono::hours(1)), "1h");
  EXPECT_EQ(format_duration(std::chrono::hours(24 * 90)), "90d");
  for (const std::int64_t count : {1LL, 999LL, 60'000LL, 86'400'000LL, 90'061'001LL}) {
    EXPECT_EQ(parse_duration(format_duration(milliseconds(count))), milliseconds(count));
  }
}

TEST(SettingsValue, SizesKnowBinaryUnitsOnly) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("65536"), 65'536U);
  EXPECT_EQ(parse_size("7B"), 7U);
  EXPECT_EQ(parse_size("64KiB"), 65'536U);
  EXPECT_EQ(parse_size("1MiB"), 1'048'576U);
  EXPECT_EQ(parse_size("2GiB"), 2'147'483'648U);
  for (const std::string_view text :
       {"", "KiB", "1KB", "1MB", "1M", "1 MiB", "-1", "1.5MiB", "17179869184GiB", "1mib"}) {
    EXPECT_FALSE(parse_size(text).has_value()) << text;
  }
  EXPECT_EQ(format_size(0), "0B");
  EXPECT_EQ(format_size(1000), "1000B");
  EXPECT_EQ(format_size(32 * 1024), "32KiB");
  EXPECT_EQ(format_size(1024 * 1024), "1MiB");
}

TEST(SettingsValue, SwitchesHaveFourSpellingsEach) {
  for (const std::string_view text : {"true", "YES", "on", "1"}) EXPECT_EQ(parse_bool(text), true);
  for (const std::string_view text : {"false", "No", "off", "0"}) {
    EXPECT_EQ(parse_bool(text), false);
  }
  for (const std::string_view text : {"", "2", "y", "tru"}) {
    EXPECT_FALSE(parse_bool(text).has_value()) << text;
  }
}

TEST(SettingsValue, TheNearestWordIsNamedOnlyWhenItIsNear) {
  constexpr std::array<std::string_view, 3> kWords = {"max_body", "max_head", "listen"};
  EXPECT_EQ(nearest("max_bdoy", kWords), "max_body");
  EXPECT_EQ(nearest("MAX-BODY", kWords), "max_body");
  EXPECT_EQ(nearest("listn", kWords), "listen");
  EXPECT_EQ(nearest("zebra", kWords), std::nullopt);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("ab", "ba"), 1U);
}

}  // namespace
}  // namespace muster::app
