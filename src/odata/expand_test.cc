#include "odata/expand.h"

#include <gtest/gtest.h>

#include "edm/model_fixture.h"

namespace muster::odata {
namespace {

namespace fixture = edm::fixture;
using base::ErrorCode;
using Form = ExpandItem::Form;

base::Result<std::vector<ExpandItem>> read(std::string_view text, std::string_view query = {}) {
  return read_expand(text, query, fixture::kSets,
                     [](const edm::EntitySet&) { return edm::PropertyMask{0}; });
}

TEST(Expand, GivesEachSetItsFormAndOptions) {
  const auto items = read("Samples/$ref($top=2;$skip=1;count=true),setting($select=greeting)");
  ASSERT_TRUE(items.ok()) << items.error().message;
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ(items->at(0).set, &fixture::kSamples);
  EXPECT_EQ(items->at(0).form, Form::kReferences);
  EXPECT_EQ(items->at(0).options.top, 2U);
  EXPECT_EQ(items->at(0).options.skip, 1U);
  EXPECT_TRUE(items->at(0).options.count);
  EXPECT_EQ(items->at(1).set, &fixture::kSetting);
  EXPECT_EQ(items->at(1).options.select_text, "greeting");
}

TEST(Expand, LetsAStarStandForWhatIsNotNamed) {
  const auto items = read("samples/$count,*/$ref");
  ASSERT_TRUE(items.ok()) << items.error().message;
  EXPECT_EQ(items->size(), std::size(fixture::kSets));
  EXPECT_EQ(items->at(0).form, Form::kCount);
  EXPECT_EQ(items->at(1).form, Form::kReferences);
}

TEST(Expand, KeepsTextsAndPlusSignsOfOptions) {
  const auto items = read(
      "samples($filter=displayName eq 'a;b)&c=d' and createdDateTime gt 2026-01-02T12:00:00 03:00;"
      "$orderby=displayName desc,id)");
  ASSERT_TRUE(items.ok()) << items.error().message;
  EXPECT_EQ(items->at(0).options.scope,
            "$filter=displayName%20eq%20%27a%3Bb%29%26c%3Dd%27%20and%20createdDateTime%20gt%20"
            "2026-01-02T12%3A00%3A00%2B03%3A00&$orderby=displayName%20desc%2Cid");
}

TEST(Expand, UsesTheAliasesOfTheQuery) {
  EXPECT_TRUE(read("samples($filter=deviceCount eq @n)", "$expand=x&@n=3&$select=id").ok());
  EXPECT_TRUE(read("samples($filter=deviceCount eq @n;@n=3)").ok());
  const auto twice = read("samples($filter=deviceCount eq @n;@n=3)", "@n=3");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().target, "@n");
}

TEST(Expand, HidesWhatTheCallerMayNotSee) {
  const auto hidden = [](const edm::EntitySet&) { return edm::kAllProperties; };
  const auto items = read_expand("samples($filter=deviceCount eq 3)", "", fixture::kSets, hidden);
  ASSERT_TRUE(items.ok());
  EXPECT_EQ(items->at(0).options.filter->properties, 0U);
}

TEST(Expand, RefusesWhatItCannotDo) {
  for (const auto& [text, code] : {std::pair("samples,SAMPLES", ErrorCode::kInvalidQuery),
                                   std::pair("samples($levels=1)", ErrorCode::kNotImplemented),
                                   std::pair("*($levels=1)", ErrorCode::kNotImplemented),
                                   std::pair("samples/other.type", ErrorCode::kInvalidQuery),
                                   std::pair("@ns.term", ErrorCode::kInvalidQuery),
                                   std::pair("samples/$ref/$count", ErrorCode::kInvalidQuery)}) {
    const auto items = read(text);
    ASSERT_FALSE(items.ok()) << text;
    EXPECT_EQ(items.error().code, code) << text;
  }
}

}  // namespace
}  // namespace muster::odata
