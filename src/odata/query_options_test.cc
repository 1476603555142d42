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
    testing::Values(RefusedOption{"$top=-1", ErrorCode::kInvalidQuery, "$top"},
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
                    RefusedOption{"$select=qrCodeImage/type", ErrorCode::kNotImplemented,
                                  "$select"},
                    RefusedOption{"$foo=1", ErrorCode::kInvalidQuery, "$foo"},
                    RefusedOption{"$=1", ErrorCode::kInvalidQuery, "$"},
                    RefusedOption{"$filter=id eq 'x'", ErrorCode::kNotImplemented, "$filter"},
                    RefusedOption{"orderby=id", ErrorCode::kNotImplemented, "$orderby"},
                    RefusedOption{"$search=x", ErrorCode::kNotImplemented, "$search"},
                    RefusedOption{"$expand=x", ErrorCode::kNotImplemented, "$expand"},
                    RefusedOption{"@p=1", ErrorCode::kNotImplemented, "@p"},
                    RefusedOption{"$format=atom", ErrorCode::kNotAcceptable, "$format"},
                    RefusedOption{"$top=%zz", ErrorCode::kInvalidQuery, "%zz"},
                    RefusedOption{"%FF=1", ErrorCode::kInvalidQuery, "%FF"}));

TEST(QueryOptions, FitTheResource) {
  EXPECT_TRUE(parse("$select=id", Shape::kEntity));
  EXPECT_FALSE(parse("$top=1", Shape::kEntity));
  EXPECT_FALSE(parse("$select=id", Shape::kNothing));
  EXPECT_TRUE(parse("debug=1", Shape::kNothing));
}

TEST(Paging, TokensAreBoundToKeyTenantAndSet) {
  const std::string token = make_skip_token("k", "t", edm::kProfiles, "last");
  EXPECT_EQ(*read_skip_token("k", "t", edm::kProfiles, token), "last");
  EXPECT_FALSE(read_skip_token("k2", "t", edm::kProfiles, token));
  EXPECT_FALSE(read_skip_token("k", "t2", edm::kProfiles, token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_skip_token("k", "t", edm::kProfiles, changed)) << i;
  }
  EXPECT_FALSE(read_skip_token("k", "t", edm::kProfiles, ""));
}

}  // namespace
}  // namespace muster::odata
