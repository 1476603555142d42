#include "odata/syntax/grammar/grammar.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace muster::odata::syntax::grammar {
namespace {

Names shop() {
  Names names;
  names.add("entitySetName", "Orders");
  names.add("entityColNavigationProperty", "Items");
  names.add("entityNavigationProperty", "Customer");
  names.add("primitiveKeyProperty", "ID");
  names.add("primitiveNonKeyProperty", "Name");
  names.add("complexProperty", "Address");
  names.add("keyPathLiteral", "a%2Fb");
  for (const std::string_view role :
       {"singletonEntity", "actionImport", "action", "entityTypeName"}) {
    names.declare(role);
  }
  for (const std::string_view returned :
       {"entity", "entityCol", "complex", "complexCol", "primitive", "primitiveCol"}) {
    names.declare(std::string(returned) + "Function");
    names.declare(std::string(returned) + "FunctionImport");
  }
  return names;
}

TEST(Grammar, NamesDecideWhatAPathMeans) {
  const Names names = shop();
  EXPECT_EQ(follows("resourcePath", "Orders/a%2Fb/Items", names), true);
  EXPECT_EQ(follows("resourcePath", "Orders/a%2Fc/Items", names), false);
  EXPECT_EQ(follows("resourcePath", "Orders/Name", names), false);
  EXPECT_EQ(follows("resourcePath", "Items", names), false);
  EXPECT_EQ(follows("entitySetName", "Orders", names), true);
  EXPECT_EQ(follows("entitySetName", "Items", names), false);
}

TEST(Grammar, WithoutNamesEveryNameHasEveryRole) {
  const Names none;
  EXPECT_EQ(follows("filter", "$filter=a/b/any(x:x/c eq 1)", none), true);
  EXPECT_EQ(follows("resourcePath", "Orders('1')/Items", none), true);
}

TEST(Grammar, DoesNotKnowEveryRule) {
  EXPECT_EQ(follows("noSuchRule", "", Names()), std::nullopt);
  EXPECT_EQ(follows("entitySetName", "a", Names()), std::nullopt);
}

TEST(Grammar, KnowsEachRuleOnce) {
  std::set<std::string_view> seen;
  for (const std::string_view rule : rules()) EXPECT_TRUE(seen.insert(rule).second) << rule;
  EXPECT_GT(seen.size(), 200U);
}

// Whatever the rule: an answer, in bounded time and depth.
TEST(Grammar, AnswersForHostileText) {
  const Names names = shop();
  std::string deep = "Orders(";
  for (int i = 0; i < 3'000; ++i) deep += "Items+(";
  for (const std::string_view rule : rules()) {
    for (const std::string& text :
         {std::string(3'000, '('), std::string(3'000, '['), std::string(3'000, '/'),
          std::string(3'000, '\''), std::string("%"), std::string("\0\xFF", 2), deep}) {
      EXPECT_NE(follows(rule, text, names), std::nullopt) << rule;
    }
  }
}

}  // namespace
}  // namespace muster::odata::syntax::grammar
