#include "app/print.h"

#include <gtest/gtest.h>

namespace muster::app {
namespace {

TEST(Print, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(aligned_table({{"ID", "NAME"}, {"1", "Halle Süd"}, {"234", "x"}}),
            "ID   NAME\n"
            "1    Halle Süd\n"
            "234  x\n");
}

TEST(Print, ARowStaysInItsColumnsWhateverItHolds) {
  EXPECT_EQ(aligned_table({{"電話\n2", "x"}, {"a", "b\x1b[2J"}}),
            "電話 2  x\n"
            "a       b [2J\n");
}

TEST(Print, TermsStandBesideTheirMeaningAndLongOnesAbove) {
  EXPECT_EQ(glossary({{"--a", "One two three four."},
                      {"--bcd X", "Five."},
                      {"--a-flag-that-is-much-too-long-for-it", "Six."},
                      {"--e", ""}},
                     24),
            "  --a      One two three\n"
            "           four.\n"
            "  --bcd X  Five.\n"
            "  --a-flag-that-is-much-too-long-for-it\n"
            "           Six.\n"
            "  --e\n");
}

TEST(Print, AnErrorsDetailsFollowUnlessTheOnlyOneSaysTheSame) {
  base::Error error = base::fail(base::ErrorCode::kConfiguration, "a: wrong");
  error.details = {{"configuration", "a: wrong", "a"}};
  testing::internal::CaptureStderr();
  print_error(error);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "muster: a: wrong\n");

  error.message = "2 settings are wrong";
  error.details.push_back({"configuration", "b: wrong", "b"});
  testing::internal::CaptureStderr();
  print_error(error);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "muster: 2 settings are wrong\n  a: wrong\n  b: wrong\n");
}

}  // namespace
}  // namespace muster::app
