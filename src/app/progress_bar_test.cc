#include "app/progress_bar.h"

#include <sstream>

#include <gtest/gtest.h>

namespace muster::app {
namespace {

TEST(ProgressBar, IsDrawnWhenItsPercentageChangesAndGoneAtTheEnd) {
  std::ostringstream out;
  {
    ProgressBar bar(out, true, "Work");
    bar.show(0, 1'000);
    const auto length = out.str().size();
    bar.show(9, 1'000);
    EXPECT_EQ(out.str().size(), length) << "still 0 %";
    bar.show(500, 1'000);
    EXPECT_NE(out.str().find("\rWork [####################....................] 50 %"),
              std::string::npos)
        << out.str();
    bar.show(2'000, 1'000);
    EXPECT_NE(out.str().find("100 %"), std::string::npos) << "never more";
  }
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

TEST(ProgressBar, IsSilentElsewhere) {
  std::ostringstream out;
  {
    ProgressBar bar(out, false, "Work");
    bar.show(1, 2);
  }
  EXPECT_EQ(out.str(), "");
}

TEST(ReadableSize, HasTwoDigitsOrMore) {
  EXPECT_EQ(readable_size(0), "0 octets");
  EXPECT_EQ(readable_size(999), "999 octets");
  EXPECT_EQ(readable_size(1'440), "1.4 kB");
  EXPECT_EQ(readable_size(999'600), "1.0 MB");
  EXPECT_EQ(readable_size(40'038'400), "40 MB");
  EXPECT_EQ(readable_size(5'000'000'000'000'000), "5000 TB");
}

}  // namespace
}  // namespace muster::app
