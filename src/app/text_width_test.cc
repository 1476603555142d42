#include "app/text_width.h"

#include <string>

#include <gtest/gtest.h>

namespace muster::app {
namespace {

TEST(TextWidth, IsCellsAndNotOctets) {
  EXPECT_EQ(text_width(""), 0U);
  EXPECT_EQ(text_width("abc"), 3U);
  EXPECT_EQ(text_width("Zoë"), 3U);
  EXPECT_EQ(text_width("Zoe\u0308"), 3U);  // the diaeresis is a mark of its own
  EXPECT_EQ(text_width("電話"), 4U);
  EXPECT_EQ(text_width("한글"), 4U);
  EXPECT_EQ(text_width("ｶﾅ"), 2U);  // halfwidth
  EXPECT_EQ(text_width("📱"), 2U);
  EXPECT_EQ(text_width("…"), 1U);
  EXPECT_EQ(text_width("\u200Bx"), 1U);
}

TEST(TextWidth, OctetsThatAreNoUtf8CountOneEach) {
  EXPECT_EQ(text_width("\xFF"), 1U);
  EXPECT_EQ(text_width("a\xE9"), 2U);
  EXPECT_EQ(text_width("\xE9\x9B"), 2U);
  EXPECT_EQ(text_width("\x80\x80"), 2U);
}

TEST(OnOneLine, NothingThatATerminalObeysStays) {
  EXPECT_EQ(on_one_line("a\nb\tc\x1b[31m"), "a b c [31m");
  EXPECT_EQ(on_one_line("x\u009b31m\u2028y"), "x 31m y");
  EXPECT_EQ(on_one_line("Zoë 電話"), "Zoë 電話");
  EXPECT_EQ(on_one_line(std::string("\0\x7f", 2)), "  ");
}

}  // namespace
}  // namespace muster::app
