#include "odata/query_options.h"

#include <gtest/gtest.h>

#include "edm/enrollment_model.h"
#include "odata/paging.h"

namespace muster::odata {
namespace {

using base::ErrorCode;

base::Result<QueryOptions> parse(std::string_view query, Shape shape = Shape::kCollection) {
  return parse_query(edm::kProfileType, query, shape);
}

TEST(QueryOptions, EmptyQueryGivesDefaults) {
  const auto options = parse("");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->select, edm::kAllProperties);
  EXPECT_FALSE(options->top);
  EXPECT_FALSE(options->count);
}

TEST(QueryOptions, ReadsEverySpellingOfANameTheSame) {
  for (const std::string_view query :
       {"$select=id,displayName&$top=5&$count=true",
        "%24select=id%2CdisplayName&%24top=5&%24count=true",
        "select=ID,DISPLAYNAME&top=5&count=TRUE", "$SELECT=id,+displayName&$Top=5&$Count=true",
        "&$select=id,id,displayName&&$top=05&$count=true&debug=1"}) {
    const auto options = parse(query);
    ASSERT_TRUE(options) << query;
    EXPECT_EQ(options->select, 0b101U) << query;
    EXPECT_EQ(options->select_text, "id,displayName") << query;
    EXPECT_EQ(options->top, 5U);
    EXPECT_TRUE(options->count);
  }
  EXPECT_EQ(parse("$select=*")->select, edm::kAllProperties);
  EXPECT_EQ(parse("$skip=3&$skiptoken=abc")->skip, 3U);
  EXPECT_TRUE(parse("$format=json"));
  EXPECT_TRUE(parse("$format=application/json;odata.metadata=minimal"));
}

struct RefusedOption {
  std::string_view query;
  ErrorCode code;
  std::string_view target;
};

class OptionRefused : public testing::TestWithParam<RefusedOption> {};

TEST_P(OptionRefused, NamesTheOption) {
  const auto options = parse(GetParam().query);
  ASSERT_FALSE(options) << GetParam().query;
  EXPECT_EQ(options.error().code, GetParam().code) << GetParam().query;
  EXPECT_EQ(options.error().target, GetParam().target) << GetParam().query;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OptionRefused,
    testing::Values(
        RefusedOption{"$top=-1", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$top=1.5", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$top=", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$top", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$top=99999999999999999999", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$top=1&$top=1", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$top=1&TOP=1", ErrorCode::kInvalidQuery, "$top"},
        RefusedOption{"$count=1", ErrorCode::kInvalidQuery, "$count"},
        RefusedOption{"$count=", ErrorCode::kInvalidQuery, "$count"},
        RefusedOption{"$select=nope", ErrorCode::kInvalidQuery, "$select"},
        RefusedOption{"$select=", ErrorCode::kInvalidQuery, "$select"},
        RefusedOption{"$select=id,", ErrorCode::kInvalidQuery, "$select"},
        RefusedOption{"$select=qrCodeImage/nope", ErrorCode::kInvalidQuery, "$select"},
        RefusedOption{"$select=qrCodeImage($select=nope)", ErrorCode::kInvalidQuery, "$select"},
        RefusedOption{"$select=displayName/type", ErrorCode::kInvalidQuery, "$select"},
        RefusedOption{"$select=qrCodeImage($filter=true)", ErrorCode::kNotImplemented, "$select"},
        RefusedOption{"$foo=1", ErrorCode::kInvalidQuery, "$foo"},
        RefusedOption{"$filter =true", ErrorCode::kInvalidQuery, "$filter"},
        RefusedOption{"+filter=true", ErrorCode::kInvalidQuery, "$filter"},
        RefusedOption{"$=1", ErrorCode::kInvalidQuery, "$"},
        RefusedOption{"$filter=id", ErrorCode::kInvalidQuery, "$filter"},
        RefusedOption{"orderby=nope", ErrorCode::kInvalidQuery, "$orderby"},
        RefusedOption{"$search=\"x", ErrorCode::kInvalidQuery, "$search"},
        RefusedOption{"$expand=x", ErrorCode::kNotImplemented, "$expand"},
        RefusedOption{"@p=1&@p=1", ErrorCode::kInvalidQuery, "@p"},
        RefusedOption{"$format=atom", ErrorCode::kNotAcceptable, "$format"},
        RefusedOption{"$top=%zz", ErrorCode::kInvalidQuery, "%zz"},
        RefusedOption{"%FF=1", ErrorCode::kInvalidQuery, "%FF"}));

TEST(QueryOptions, FitTheResource) {
  EXPECT_TRUE(parse("$select=id", Shape::kEntity));
  EXPECT_FALSE(parse("$top=1", Shape::kEntity));
  EXPECT_FALSE(parse("$filter=true", Shape::kEntity));
  EXPECT_TRUE(parse("$filter=true&$search=x&$top=1&$skip=1&$orderby=id", Shape::kCount));
  EXPECT_FALSE(parse("$select=id", Shape::kCount));
  EXPECT_FALSE(parse("$select=id", Shape::kNothing));
  EXPECT_TRUE(parse("debug=1", Shape::kNothing));
}

TEST(QueryOptions, SelectMembersOfComplexProperties) {
  for (const std::string_view query :
       {"$select=qrCodeImage/type,id", "$select=qrCodeImage($select=type),id",
        "$select=QrCodeImage/Type,qrCodeImage/type,id"}) {
    const auto options = parse(query);
    ASSERT_TRUE(options) << query;
    EXPECT_EQ(options->select_text, "qrCodeImage/type,id") << query;
    ASSERT_EQ(options->members.size(), 1U);
    EXPECT_EQ(options->members[0].members, 1U);
  }
  for (const std::string_view query :
       {"$select=qrCodeImage/type,qrCodeImage", "$select=qrCodeImage,qrCodeImage/type"}) {
    const auto options = parse(query);
    ASSERT_TRUE(options) << query;
    EXPECT_EQ(options->select_text, "qrCodeImage") << query;
    EXPECT_TRUE(options->members.empty());
  }
}

TEST(QueryOptions, PruneTakesAwayWhatIsNotSelected) {
  edm::Record record(edm::kProfileType);
  edm::Complex image;
  image.members = {edm::Value(std::string("image/png")), edm::Value(std::string("x"))};
  record.put(edm::profile::kQrCodeImage, image);
  prune(record, *parse("$select=qrCodeImage/type"));
  const auto* pruned = record.get(edm::profile::kQrCodeImage);
  ASSERT_NE(pruned, nullptr);
  EXPECT_FALSE(pruned->members[0].is_absent());
  EXPECT_TRUE(pruned->members[1].is_absent());
}

TEST(QueryOptions, NextLinksRepeatTheQuery) {
  const auto options = parse(
      "skiptoken=old&$filter=displayName+eq+@p+%26&@p='a%2Bb'&$top=2&$orderby=displayName&count="
      "true");
  ASSERT_FALSE(options);  // `&` is no operator
  const auto good = parse(
      "$filter=displayName+eq+@p&@p='a%2Bb'&$top=2&$orderby=displayName&count=true&$select=ID");
  ASSERT_TRUE(good);
  EXPECT_EQ(next_query(*good, "T"),
            "$select=id&$count=true&$top=2&$filter=displayName%20eq%20%40p&$orderby=displayName&"
            "@p=%27a%2Bb%27&$skiptoken=T");
  EXPECT_EQ(parse(next_query(*good, "T"))->scope, good->scope);
}

TEST(Paging, TokensHoldPositions) {
  const Position position(
      {SortValue(), SortValue(std::int64_t{-5}), SortValue(1.5), SortValue(std::string("a\0b", 3))},
      "last");
  const std::string token = make_skip_token("k", "t", edm::kProfiles, position, "s");
  const auto read = read_skip_token("k", "t", edm::kProfiles, token, "s");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, "last");
  EXPECT_EQ(read->values, position.values);
}

TEST(Paging, TokensAreBoundToKeyTenantSetAndScope) {
  const std::string token = make_skip_token("k", "t", edm::kProfiles, Position("last"), "scope");
  EXPECT_EQ(read_skip_token("k", "t", edm::kProfiles, token, "scope")->key, "last");
  EXPECT_FALSE(read_skip_token("k2", "t", edm::kProfiles, token, "scope"));
  EXPECT_FALSE(read_skip_token("k", "t2", edm::kProfiles, token, "scope"));
  EXPECT_FALSE(read_skip_token("k", "t", edm::kProfiles, token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_skip_token("k", "t", edm::kProfiles, changed, "scope")) << i;
  }
  EXPECT_FALSE(read_skip_token("k", "t", edm::kProfiles, "", "scope"));
}

}  // namespace
}  // namespace muster::odata
