#include "odata/syntax/parse.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace muster::odata::syntax {
namespace {

std::string show(base::Result<Tree> result) {
  return result ? to_string(*result) : "! " + result.error().message;
}

std::string filter(std::string_view text) {
  const std::string shown = show(parse_filter(text));
  return shown.starts_with("(filter ") ? shown.substr(8, shown.size() - 9) : shown;
}

struct Case {
  std::string text;
  std::string tree;
};

TEST(Filter, BuildsTheTree) {
  const Case cases[] = {
      {"a eq 1", "(eq (path name:a) integer:1)"},
      {"a EQ 'it''s'", "(eq (path name:a) string:it's)"},
      {"a eq ''", "(eq (path name:a) string:)"},
      {"a or b and c", "(or (path name:a) (and (path name:b) (path name:c)))"},
      {"a or b or c", "(or (path name:a) (path name:b) (path name:c))"},
      {"a and b or c and d",
       "(or (and (path name:a) (path name:b)) (and (path name:c) (path name:d)))"},
      {"(a or b) or c", "(or (or() (path name:a) (path name:b)) (path name:c))"},
      {"1 add 2 sub 3 mul 4", "(sub (add integer:1 integer:2) (mul integer:3 integer:4))"},
      {"1 sub (2 sub 3)", "(sub integer:1 (sub() integer:2 integer:3))"},
      {"not a eq b", "(eq (not (path name:a)) (path name:b))"},
      {"not (a eq b)", "(not (eq() (path name:a) (path name:b)))"},
      {"not(a) and b", "(and (not (path() name:a)) (path name:b))"},
      {"not x in ('a')", "(not (in (path name:x) (list string:a)))"},
      {"-a lt -1", "(lt (- (path name:a)) integer:-1)"},
      {"a has ns.C'Red,2'", "(has (path name:a) (enum:Red,2 type:ns.C))"},
      {"a in (1,2.5, 3e4)", "(in (path name:a) (list integer:1 decimal:2.5 double:3e4))"},
      {"a in (b)", "(in (path name:a) (path() name:b))"},
      {"a in ()", "(in (path name:a) list)"},
      {"contains(tolower(a/b),'x')",
       "(call:contains (call:tolower (path name:a name:b)) string:x)"},
      {"a/ns.T/b/any(x:x/c gt 1)",
       "(path name:a name:ns.T name:b (any:x (gt (path name:x name:c) integer:1)))"},
      {"a/any()", "(path name:a any)"},
      {"a/$count($filter=b eq 1;$search=x y) gt 2",
       "(gt (path name:a ($count (filter (eq (path name:b) integer:1)) "
       "(search (AND word:x word:y)))) integer:2)"},
      {"$it/a eq $root/Set('k')/b",
       "(eq (path $it name:a) (path $root (call:Set string:k) name:b))"},
      {"ns.F(p=@q,r=[1,\"x\"])",
       "(call:ns.F (argument:p (path alias:q)) (argument:r (array integer:1 string:x)))"},
      {"a eq {\"k\":{\"l\":null}}",
       "(eq (path name:a) (object (member:k (object (member:l null)))))"},
      {"cast(a,Edm.String) eq 'x'", "(eq (cast (path name:a) type:Edm.String) string:x)"},
      {"isof(Collection(ns.T))", "(isof type:Collection(ns.T))"},
      {"isof('microsoft.graph.user')", "(isof type:microsoft.graph.user)"},
      {"isof(a,'ns.T') or cast('x',ns.T)",
       "(or (isof (path name:a) type:ns.T) (cast string:x type:ns.T))"},
      {"case(a:1,true:2) eq 1",
       "(eq (case (branch (path name:a) integer:1) (branch boolean:true integer:2)) integer:1)"},
      {"a/@ns.T#q eq TRUE", "(eq (path name:a annotation:ns.T#q) boolean:true)"},
      {"a eq 2024-02-29T12:30:00.5+02:00",
       "(eq (path name:a) dateTimeOffset:2024-02-29T12:30:00.5+02:00)"},
      {"a eq 2024-02-29", "(eq (path name:a) date:2024-02-29)"},
      {"a eq 12:30", "(eq (path name:a) timeOfDay:12:30)"},
      {"a eq duration'P1DT2H'", "(eq (path name:a) duration:P1DT2H)"},
      {"a eq binary'Zm8='", "(eq (path name:a) binary:Zm8=)"},
      {"a eq A1234567-89ab-cdef-0123-456789abcdef",
       "(eq (path name:a) guid:A1234567-89ab-cdef-0123-456789abcdef)"},
      {"geo.length(geography'SRID=0;LineString(1 2,3 4)') lt INF",
       "(lt (call:geo.length geography:SRID=0;LineString(1 2,3 4)) double:INF)"},
      {"nullable eq null", "(eq (path name:nullable) null)"},
      {"  a  eq\t1  ", "(eq (path name:a) integer:1)"},
      {"concat( a , 'b' ) eq 'c'", "(eq (call:concat (path name:a) string:b) string:c)"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(filter(one.text), one.tree) << one.text;
  }
}

TEST(Filter, SaysWhereAndWhatWasExpected) {
  const Case cases[] = {
      {"",
       "! The query option '$filter' is malformed at position 0: expected an expression, found "
       "the end."},
      {"a eq",
       "! The query option '$filter' is malformed at position 4: expected an expression, "
       "found the end."},
      {"a eqq 1",
       "! The query option '$filter' is malformed at position 2: expected an operator, a "
       "comma or the end, found 'eqq 1'."},
      {"a eq 'x",
       "! The query option '$filter' is malformed at position 5: expected a string that "
       "ends in a single quote, found ''x'."},
      {"all(x:x)",
       "! The query option '$filter' is malformed at position 0: expected a path to a "
       "collection before any and all, found 'all(x:x)'."},
      {"a in (b,c)",
       "! The query option '$filter' is malformed at position 6: expected a literal "
       "of the list, found 'b,c)'."},
      {"contains(a)",
       "! The query option '$filter' calls 'contains' with 1 argument at position "
       "0."},
      {"(a",
       "! The query option '$filter' is malformed at position 2: expected an operator or "
       "')', found the end."},
  };
  for (const Case& one : cases) EXPECT_EQ(filter(one.text), one.tree) << one.text;
}

TEST(Options, BuildTheTree) {
  EXPECT_EQ(show(parse_orderby("a desc, b/c asc ,d")),
            "(orderby (item desc (path name:a)) (item (path name:b name:c)) (item (path name:d)))");
  EXPECT_EQ(
      show(parse_select("a, b/c,ns.*,*,ns.F(p,q),d(select=e;top=1;@p=2)")),
      "(select (item (path name:a)) (item (path name:b name:c)) (item (path star:ns)) "
      "(item (path star)) (item (path (call:ns.F name:p name:q))) (item (path name:d) (select "
      "(item (path name:e))) top:1 (aliasValue:p integer:2)))");
  EXPECT_EQ(
      show(parse_expand("*($levels=max),a/$ref($top=1),a/ns.T/$count($search=x;$filter=b),"
                        "c($expand=d;$count=TRUE;$skip=3;$orderby=e desc)")),
      "(expand (item (path star) levels:max) (item (path name:a $ref) top:1) (item (path "
      "name:a name:ns.T $count) (search word:x) (filter (path name:b))) (item (path name:c) "
      "(expand (item (path name:d))) count:true skip:3 (orderby (item desc (path name:e)))))");
  EXPECT_EQ(show(parse_compute("a mul 2 as b,c as d")),
            "(compute (item:b (mul (path name:a) integer:2)) (item:d (path name:c)))");
  EXPECT_EQ(show(parse_search("a \"b c\" OR NOT (d AND e)")),
            "(search (OR (AND word:a phrase:b c) (NOT (AND() word:d word:e))))");
  EXPECT_EQ(show(parse_search("NOT NOT")), "(search (NOT word:NOT))");
  EXPECT_EQ(show(parse_search("'\"a''b'")), "(search text:\"a'b)");
  EXPECT_EQ(show(parse_value("@p", "[{}]")), "(array object)");
}

TEST(Path, BuildsTheTree) {
  EXPECT_EQ(show(parse_path("/Set('a%2Fb')/ns.T/Items(1)/$ref")),
            "(path (call:Set string:a/b) name:ns.T (call:Items integer:1) $ref)");
  EXPECT_EQ(show(parse_path("Set/O%27Neil/x")), "(path name:Set key:O'Neil name:x)");
  EXPECT_EQ(show(parse_path("Set/01234567-89ab-cdef-0123-456789abcdef/")),
            "(path name:Set key:01234567-89ab-cdef-0123-456789abcdef)");
  EXPECT_EQ(show(parse_path("Set/$filter(@p)/$each/ns.F(a='b',c=@d)")),
            "(path name:Set ($filter() (path alias:p)) $each (call:ns.F (argument:a string:b) "
            "(argument:c (path alias:d))))");
  const auto slash = parse_path("Set('a/b')");
  ASSERT_FALSE(slash.ok());
  EXPECT_EQ(slash.error().code, base::ErrorCode::kBadRequest);
  EXPECT_EQ(slash.error().target, "Set('a");
  EXPECT_EQ(parse_path("a%2Fb/%62c('x)/d").error().target, "%62c('x)");
  EXPECT_FALSE(parse_path("a/%FF").ok());
  EXPECT_FALSE(parse_path("Set('%zz')").ok());
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Hostile, IsAnsweredInLinearTimeAndWithoutDeepRecursion) {
  const auto started = std::chrono::steady_clock::now();
  const std::string too_deep = "nests more than 100 levels deep";
  for (const std::string_view opening :
       {"(", "not ", "-", "[", "{\"a\":", "a/any(x:", "concat(", "cast(", "case(", "a/$filter(",
        "x in (", "ns.f(a=", "a/$count($filter=", "a add ("}) {
    EXPECT_NE(filter(repeat(opening, 10'000)).find(too_deep), std::string::npos) << opening;
  }
  EXPECT_NE(show(parse_search(repeat("NOT ", 10'000) + "a")).find(too_deep), std::string::npos);
  EXPECT_NE(show(parse_search(repeat("(", 10'000))).find(too_deep), std::string::npos);
  EXPECT_NE(show(parse_expand(repeat("a($expand=", 10'000))).find(too_deep), std::string::npos);
  EXPECT_NE(show(parse_select(repeat("a($select=", 10'000))).find(too_deep), std::string::npos);
  EXPECT_FALSE(parse_filter("geography'SRID=0;" + repeat("GeometryCollection(", 10'000)).ok());
  EXPECT_TRUE(parse_filter("a eq 1" + repeat(" or a eq 1", 5'000)).ok());
  EXPECT_TRUE(parse_filter("1" + repeat(" add 1", 50'000)).ok());
  EXPECT_TRUE(parse_filter("a" + repeat("/a", 50'000)).ok());
  EXPECT_TRUE(parse_filter("a eq '" + std::string(100'000, 'x') + "'").ok());
  EXPECT_TRUE(parse_filter("a eq " + std::string(100'000, '1')).ok());
  EXPECT_TRUE(parse_filter("a" + std::string(500'000, ' ') + "eq 1").ok());
  EXPECT_TRUE(parse_filter("a in ('x'" + repeat(",'x'", 50'000) + ")").ok());
  EXPECT_FALSE(parse_filter(std::string(100'000, 'a')).ok());
  EXPECT_FALSE(parse_filter("1" + repeat(" add 1", 150'000)).ok());
  EXPECT_FALSE(parse_filter(std::string(2'000'000, ' ')).ok());
  EXPECT_TRUE(parse_search("a" + repeat(" OR a AND b c", 20'000)).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
}

TEST(Tree, PutsChildrenBeforeTheirParents) {
  const auto tree = parse_filter("a eq 1 and not (b/any(x:x eq 2) or c in (1,2))");
  ASSERT_TRUE(tree.ok());
  for (NodeIndex index = 0; index < tree->size(); ++index) {
    std::uint32_t count = 0;
    for (const NodeIndex child : tree->children(index)) {
      EXPECT_LT(child, index);
      ++count;
    }
    EXPECT_EQ(count, (*tree)[index].children);
  }
  EXPECT_EQ((*tree)[tree->root()].length, 46U);
}

TEST(Tree, ShowsTheLeftSpine) {
  const auto tree = parse_filter("1 add 2 sub 3");
  ASSERT_TRUE(tree.ok());
  const auto spine = tree->left_spine(tree->child(tree->root(), 0));
  ASSERT_EQ(spine.size(), 2U);
  EXPECT_EQ((*tree)[spine[0]].op, Operator::kAdd);
  EXPECT_EQ((*tree)[spine[1]].op, Operator::kSub);
}

}  // namespace
}  // namespace muster::odata::syntax
