#include "observe/escape.h"

#include <string>

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace muster::observe {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

TEST(Escape, LeavesPlainTextAndPrintableCharactersAlone) {
  EXPECT_EQ(escaped(""), "");
  EXPECT_EQ(escaped("GET /a?b=c"), "GET /a?b=c");
  EXPECT_EQ(escaped("Grüße 世界 😀"), "Grüße 世界 😀");
}

TEST(Escape, NoValueStartsALineOrColoursATerminal) {
  EXPECT_EQ(escaped("a\r\nb\tc"), "a\\r\\nb\\tc");
  EXPECT_EQ(escaped("\x1b[31m"), "\\u001b[31m");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), "\\u0000");
  EXPECT_EQ(escaped("\x7f"), "\\u007f");
  EXPECT_EQ(escaped("\xC2\x9B"), "\\u009b") << "C1 CSI";
  EXPECT_EQ(escaped("\xE2\x80\xA8"), "\\u2028");
  EXPECT_EQ(escaped("\xE2\x80\xAE"), "\\u202e") << "right-to-left override";
}

TEST(Escape, QuotesAndBackslashes) {
  EXPECT_EQ(escaped(R"("\)"), R"(\"\\)");
}

TEST(Escape, WhatIsNotUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(escaped("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(escaped("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut off";
  EXPECT_EQ(escaped("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "surrogate";
  EXPECT_EQ(escaped("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD") << "beyond U+10FFFF";
}

TEST(Escape, EveryOctetInEveryPlaceGivesOneLineOfUtf8) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string out = escaped(text);
      EXPECT_TRUE(base::is_utf8(out)) << first << ' ' << second;
      EXPECT_EQ(out.find_first_of("\r\n\x1b"), std::string::npos) << first << ' ' << second;
    }
  }
}

TEST(Escape, CutsLongValuesAtACharacter) {
  EXPECT_EQ(escaped(std::string(kLongestValue, 'a')), std::string(kLongestValue, 'a'));
  const std::string long_text = std::string(kLongestValue - 1, 'a') + "ü" + "rest";
  EXPECT_EQ(escaped(long_text), std::string(kLongestValue - 1, 'a') + "…");
}

}  // namespace
}  // namespace muster::observe
