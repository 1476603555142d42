#include "odata/query_items.h"

#include <gtest/gtest.h>

#include "edm/model_fixture.h"
#include "odata/literal.h"
#include "odata/resource_path.h"

namespace muster::odata {
namespace {

std::string found(std::string_view query, std::string_view name) {
  const auto value = find_item(query, name);
  if (!value) return "refused";
  return value->value_or("absent");
}

TEST(QueryItems, AreFoundInEverySpelling) {
  for (const std::string_view query :
       {"$format=a%20b", "format=a+b", "%24FORMAT=a%20b", "x=1&&$Format=a b"}) {
    EXPECT_EQ(found(query, "format"), "a b") << query;
  }
  EXPECT_EQ(found("$format", "format"), "");
  EXPECT_EQ(found("$formats=x&y=$format=x&%zz=1", "format"), "absent");
  // Blanks are no part of a name; parse_query refuses them.
  EXPECT_EQ(found("%20$format=a", "format"), "absent");
  EXPECT_EQ(found("$format =a", "format"), "absent");
  EXPECT_EQ(found("", "format"), "absent");
  EXPECT_EQ(found("@k='a%26b'", "@k"), "'a&b'");
  EXPECT_EQ(found("@K=1", "@k"), "absent");
}

TEST(QueryItems, ThatCannotBeReadAreRefused) {
  EXPECT_EQ(found("$format=a&format=b", "format"), "refused");
  EXPECT_EQ(found("$format=%zz", "format"), "refused");
  EXPECT_EQ(found("$format=%ff", "format"), "refused");
}

TEST(QueryItems, AreTakenOut) {
  const std::vector<std::string> names = {"format", "@k"};
  EXPECT_EQ(without_items("$format=x&$top=1&%40k=2&@K=3", names), "$top=1&@K=3");
  EXPECT_EQ(without_items("FORMAT=x", names), "");
  EXPECT_EQ(without_items("%zz=1&a", names), "%zz=1&a");
}

TEST(Literals, QuotedForAUrlAreReadBack) {
  for (const std::string_view key :
       {"p1", "O'Neil", "''", "a/b?c#d%20&", "\xC3\xBC", "$count", "graph.x"}) {
    const std::string path = "/deviceManagement/samples(" + quote_for_url(key) + ")";
    const auto resource = resolve(path, {}, edm::fixture::kSets);
    ASSERT_TRUE(resource) << path;
    EXPECT_EQ(resource->key, key);
  }
  EXPECT_EQ(quote_for_url("O'Neil"), "'O''Neil'");
}

TEST(Literals, OfManyQuotesAreReadInOneGo) {
  const std::string quotes(100'000, '\'');
  EXPECT_TRUE(unquote(quotes));
  EXPECT_FALSE(unquote(quotes + "'"));
  EXPECT_FALSE(unquote("'"));
  EXPECT_FALSE(unquote(""));
}

}  // namespace
}  // namespace muster::odata
