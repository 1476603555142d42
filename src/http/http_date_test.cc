#include "http/http_date.h"

#include <string>

#include <gtest/gtest.h>

namespace muster::http {
namespace {

TEST(ImfFixdate, IsReadToTheSecond) {
  EXPECT_EQ(parse_imf_fixdate("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
  EXPECT_EQ(parse_imf_fixdate("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(parse_imf_fixdate("Wed, 31 Dec 1969 23:59:59 GMT"), -1);
  EXPECT_EQ(parse_imf_fixdate("Thu, 29 Feb 2024 12:00:00 GMT"), 1'709'208'000);
  EXPECT_EQ(parse_imf_fixdate("Sat, 31 Dec 2016 23:59:60 GMT"), 1'483'228'800);
  EXPECT_EQ(parse_imf_fixdate("Fri, 31 Dec 9999 23:59:59 GMT"), 253'402'300'799);
}

TEST(ImfFixdate, IsTheOnlyFormThatIsTaken) {
  const std::string good = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(parse_imf_fixdate(good.substr(0, i))) << i;
    std::string changed = good;
    changed[i] = '~';
    EXPECT_FALSE(parse_imf_fixdate(changed)) << changed;
  }
  for (const char* text :
       {"Sunday, 06-Nov-94 08:49:37 GMT",  // RFC 850
        "Sun Nov  6 08:49:37 1994",        // asctime
        "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Mon, 06 Nov 1994 08:49:37 GMT",  // not that day
        "Thu, 30 Feb 2023 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_imf_fixdate(text)) << text;
  }
}

}  // namespace
}  // namespace muster::http
