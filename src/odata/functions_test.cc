#include "odata/functions.h"

#include <string>

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace muster::odata {
namespace {

bool contained_by_definition(const std::string& text, const std::string& part) {
  return base::ascii_lower(text).find(base::ascii_lower(part)) != std::string::npos;
}

TEST(ContainsText, FindsPartsOfAnyLengthAtAnyPlaceWithoutCase) {
  const std::string text = "aAbaaB\xC3\x84[@`{aaAaabaaB0123456789 0123456789 ZYX 0123456789 end";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (std::size_t size = 0; at + size <= text.size(); ++size) {
      std::string part = text.substr(at, size);
      EXPECT_TRUE(contains_text(text, part, true)) << part;
      EXPECT_TRUE(contains_text(text, ascii_upper(part), false)) << part;
      if (part.empty()) continue;
      for (const char last : {'x', '[', '@', '{', '`', '\xA4'}) {
        part.back() = last;
        EXPECT_EQ(contains_text(text, part, false), contained_by_definition(text, part)) << part;
      }
    }
  }
}

TEST(ContainsText, DoesNotFindWhatIsLongerOrDiffersInCaseWhereThatCounts) {
  EXPECT_FALSE(contains_text("abc", "abcd", false));
  EXPECT_FALSE(contains_text("", "a", false));
  EXPECT_TRUE(contains_text("", "", false));
  EXPECT_FALSE(contains_text("abc", "B", true));
}

}  // namespace
}  // namespace muster::odata
