// The plans that SQLite makes for lists: what follows an index must follow it, at any depth.
#include "odata/query_options.h"
#include "store/list_statement.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/dialect.h"
#include "store/store_fixture.h"

namespace muster::store::sqlite {
namespace {

class ListPlans : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(open_sqlite({.path = path(), .vault = test_vault()}).ok()); }
  [[nodiscard]] std::string path() const { return folder_.file("muster.db"); }

  // The plans of each stretch, one line a step.
  std::string plans(std::string_view text, const std::optional<odata::Position>& after = {}) {
    const auto options = odata::parse_query(edm::kProfileType, text, odata::Shape::kCollection);
    EXPECT_TRUE(options.ok()) << text;
    const Query query{.set = &edm::kProfiles,
                      .tenant = kTenantA,
                      .after = after,
                      .filter = options->filter.get(),
                      .order = options->order.get()};
    const auto walk = walk_of(edm::kProfiles, query.order);
    if (!walk) return "ranked\n" + plan(rank_statement(dialect(), query));
    std::string all;
    for (const Stretch& stretch :
         stretches_after(dialect(), edm::kProfiles, *walk, after, kFirstParameter)) {
      all += plan(walk_statement(dialect(), query, *walk, stretch));
    }
    return all;
  }

  std::string plan(const ListStatement& list) {
    auto connection = Connection::open(path(), OpenMode::kReadWrite, "", std::chrono::seconds(5));
    EXPECT_TRUE(connection.ok());
    auto statement = connection->prepare("EXPLAIN QUERY PLAN " + list.sql);
    EXPECT_TRUE(statement.ok()) << list.sql;
    std::string steps;
    while (*statement->step() == Step::kRow) {
      steps += std::string(statement->column(3).octets) + "\n";
    }
    return steps;
  }

  TemporaryFolder folder_;
};

constexpr std::string_view kByKey = "enrollment_profiles USING INDEX enrollment_profiles_key ";
constexpr std::string_view kByName =
    "enrollment_profiles USING INDEX enrollment_profiles_by_display_name ";

std::string step(std::string_view index, std::string_view range) {
  return "SEARCH " + std::string(index) + "(" + std::string(range) + ")\n";
}

const odata::Position kPlace({odata::SortValue(std::string("x"))}, key_of(1));
const odata::Position kNullPlace({odata::SortValue()}, key_of(1));

TEST_F(ListPlans, KeysAreWalkedByTheirIndex) {
  EXPECT_EQ(plans(""), step(kByKey, "tenant=?"));
  EXPECT_EQ(plans("", key_of(1)), step(kByKey, "tenant=? AND id>?"));
  EXPECT_EQ(plans("$orderby=id desc", key_of(1)), step(kByKey, "tenant=? AND id<?"));
  EXPECT_EQ(plans("$filter=contains(description,'x')", key_of(1)),
            step(kByKey, "tenant=? AND id>?"));
}

TEST_F(ListPlans, NamesAreWalkedByTheirIndex) {
  EXPECT_EQ(plans("$orderby=displayName"), step(kByName, "tenant=?"));
  EXPECT_EQ(plans("$orderby=displayName desc"), step(kByName, "tenant=?"));
  EXPECT_EQ(plans("$orderby=displayName,id"), step(kByName, "tenant=?"));
  EXPECT_EQ(plans("$orderby=displayName", kPlace),
            step(kByName, "tenant=? AND display_name_folded=? AND id>?") +
                step(kByName, "tenant=? AND display_name_folded>?"));
  EXPECT_EQ(plans("$orderby=displayName", kNullPlace),
            step(kByName, "tenant=? AND display_name_folded=? AND id>?") +
                step(kByName, "tenant=? AND display_name_folded>?"));
  EXPECT_EQ(plans("$orderby=displayName desc", kPlace),
            step(kByName, "tenant=? AND display_name_folded=? AND id<?") +
                step(kByName, "tenant=? AND display_name_folded<?") +
                step(kByName, "tenant=? AND display_name_folded=?"));
}

TEST_F(ListPlans, PrefixesAreRangesAndResumeAtTheirPlace) {
  const std::string range =
      step(kByName, "tenant=? AND display_name_folded>? AND display_name_folded<?");
  EXPECT_EQ(plans("$filter=startswith(displayName,'x')&$orderby=displayName"), range);
  EXPECT_EQ(plans("$filter=startswith(displayName,'x')&$orderby=displayName", kPlace),
            step(kByName, "tenant=? AND display_name_folded=? AND id>?") + range);
  EXPECT_EQ(plans("$filter=startswith(displayName,'x')&$orderby=displayName desc", kPlace),
            step(kByName, "tenant=? AND display_name_folded=? AND id<?") + range +
                step(kByName, "tenant=? AND display_name_folded=?"));
  EXPECT_EQ(plans("$filter=displayName eq 'x'"),
            step(kByName, "tenant=? AND display_name_folded=?"));
}

TEST_F(ListPlans, OtherOrdersAreRanked) {
  for (const std::string_view order : {"createdDateTime", "displayName desc,id", "description",
                                       "length(displayName)", "displayName,createdDateTime"}) {
    EXPECT_TRUE(plans("$orderby=" + std::string(order)).starts_with("ranked\n")) << order;
  }
}

TEST_F(ListPlans, ValuesOfClientsAreParametersOnly) {
  const auto options = odata::parse_query(
      edm::kProfileType,
      "$filter=displayName eq 'zq1' or startswith(displayName,'zq2') or id eq 'zq3' or "
      "description in ('zq4') or enrolledDeviceCount eq 424242 or contains(accountId,'zq5')&"
      "$search=zq6",
      odata::Shape::kCollection);
  ASSERT_TRUE(options.ok()) << options.error().message;
  const Query query{.set = &edm::kProfiles, .tenant = kTenantA, .filter = options->filter.get()};
  for (const ListStatement& list :
       {walk_statement(dialect(), query, Walk{}, Stretch{}), rank_statement(dialect(), query),
        count_statement(dialect(), query)}) {
    EXPECT_EQ(list.sql.find("zq"), std::string::npos) << list.sql;
    EXPECT_EQ(list.sql.find("424242"), std::string::npos) << list.sql;
    EXPECT_TRUE(list.exact);
  }
}

}  // namespace
}  // namespace muster::store::sqlite
