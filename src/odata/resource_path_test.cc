#include "odata/resource_path.h"

#include <gtest/gtest.h>

#include "edm/model_fixture.h"

namespace muster::odata {
namespace {

using base::ErrorCode;
using Kind = Resource::Kind;

constexpr std::string_view kSet = "/deviceManagement/androidForWorkEnrollmentProfiles";
constexpr std::string_view kGuid = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

std::string below(std::string_view rest) {
  return std::string(kSet) + std::string(rest);
}

TEST(ResourcePath, FindsTheSet) {
  for (const std::string& path :
       {below(""), below("/"), std::string("/DEVICEMANAGEMENT/androidforworkenrollmentprofiles")}) {
    const auto resource = resolve(path);
    ASSERT_TRUE(resource) << path;
    EXPECT_EQ(resource->kind, Kind::kEntitySet);
    EXPECT_EQ(resource->set, &edm::kProfiles);
  }
  EXPECT_EQ(resolve(below("/$ref"))->kind, Kind::kReferences);
  EXPECT_EQ(resolve(below("/%24ref"))->kind, Kind::kReferences);
  EXPECT_EQ(resolve(below("/$count"))->kind, Kind::kCount);
}

struct KeyRow {
  std::string_view rest;
  std::string_view key;
};

class Key : public testing::TestWithParam<KeyRow> {};

TEST_P(Key, IsRead) {
  const auto resource = resolve(below(GetParam().rest));
  ASSERT_TRUE(resource) << GetParam().rest;
  EXPECT_EQ(resource->kind, Kind::kEntity);
  EXPECT_EQ(resource->key, GetParam().key) << GetParam().rest;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Key,
    testing::Values(KeyRow{"/p1", "p1"}, KeyRow{"('p1')", "p1"}, KeyRow{"(id='p1')", "p1"},
                    KeyRow{"(%27p1%27)", "p1"}, KeyRow{"%28'p1'%29", "p1"},
                    KeyRow{"(0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b)", kGuid},
                    KeyRow{"/O'Neil", "O'Neil"}, KeyRow{"/O%27Neil", "O'Neil"},
                    KeyRow{"('O''Neil')", "O'Neil"}, KeyRow{"('O%27%27Neil')", "O'Neil"},
                    KeyRow{"/a%2Fb", "a/b"}, KeyRow{"('a%2Fb')", "a/b"}, KeyRow{"/%2527", "%27"},
                    KeyRow{"('$count')", "$count"}, KeyRow{"('')", ""}, KeyRow{"/a+b", "a+b"},
                    KeyRow{"/%C3%BC", "ü"}, KeyRow{"/p1/", "p1"}));

TEST(ResourcePath, FindsActionsInEverySpelling) {
  for (const std::string_view rest :
       {"/p1/createToken", "/p1/createtoken", "/p1/microsoft.graph.createToken",
        "/p1/graph.createToken", "('p1')/microsoft.graph.createToken",
        "/p1/Microsoft.Graph.CreateToken"}) {
    const auto resource = resolve(below(rest));
    ASSERT_TRUE(resource) << rest;
    EXPECT_EQ(resource->kind, Kind::kAction);
    EXPECT_EQ(resource->action->name, "createToken");
    EXPECT_EQ(resource->key, "p1");
  }
  const auto picture = resolve(below("/p1/qrCode.svg"));
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->kind, Kind::kRendition);
  EXPECT_EQ(picture->rendition->media_type, "image/svg+xml");
}

struct RefusedPath {
  std::string path;
  ErrorCode code;
};

class PathRefused : public testing::TestWithParam<RefusedPath> {};

TEST_P(PathRefused, SaysWhy) {
  const auto resource = resolve(GetParam().path);
  ASSERT_FALSE(resource) << GetParam().path;
  EXPECT_EQ(resource.error().code, GetParam().code) << GetParam().path;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PathRefused,
    testing::Values(RefusedPath{"/nonsense", ErrorCode::kSegmentNotFound},
                    RefusedPath{"/deviceManagement/nonsense", ErrorCode::kSegmentNotFound},
                    RefusedPath{below("/p1/assignments"), ErrorCode::kSegmentNotFound},
                    RefusedPath{below("/p1/createToken/x"), ErrorCode::kSegmentNotFound},
                    RefusedPath{below("/$ref/x"), ErrorCode::kSegmentNotFound},
                    RefusedPath{below("/$nope"), ErrorCode::kSegmentNotFound},
                    RefusedPath{below("//p1"), ErrorCode::kSegmentNotFound},
                    RefusedPath{below("('p1'"), ErrorCode::kBadRequest},
                    RefusedPath{below("(p1)"), ErrorCode::kBadRequest},
                    RefusedPath{below("(1)"), ErrorCode::kBadRequest},
                    RefusedPath{below("()"), ErrorCode::kBadRequest},
                    RefusedPath{below("(foo='p1')"), ErrorCode::kBadRequest},
                    RefusedPath{below("('O%27Neil')"), ErrorCode::kBadRequest},
                    RefusedPath{below("/%zz"), ErrorCode::kBadRequest},
                    RefusedPath{below("/%"), ErrorCode::kBadRequest},
                    RefusedPath{below("/%C0%80"), ErrorCode::kBadRequest},
                    RefusedPath{below("/%FF"), ErrorCode::kBadRequest},
                    RefusedPath{"", ErrorCode::kNotImplemented},
                    RefusedPath{below("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"),
                                ErrorCode::kSegmentNotFound}));

// --- parts of the vocabulary that the served sets need not have

constexpr std::string_view kSamples = "/deviceManagement/samples";

base::Result<Resource> in_fixture(std::string_view rest, std::string_view query = {}) {
  return resolve(std::string(kSamples) + std::string(rest), query, edm::fixture::kSets);
}

struct KindRow {
  std::string_view rest;
  Kind kind;
  std::string_view property;  // names on the way, joined by `/`
};
class Part : public testing::TestWithParam<KindRow> {};

TEST_P(Part, IsFound) {
  const auto resource = in_fixture(GetParam().rest);
  ASSERT_TRUE(resource) << GetParam().rest << ": " << resource.error().message;
  EXPECT_EQ(resource->kind, GetParam().kind) << GetParam().rest;
  std::string names;
  for (const edm::Property* property : resource->property) {
    if (!names.empty()) names += '/';
    names += property->name;
  }
  EXPECT_EQ(names, GetParam().property);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Part,
    testing::Values(KindRow{"/p1/displayName", Kind::kProperty, "displayName"},
                    KindRow{"('p1')/DISPLAYNAME", Kind::kProperty, "displayName"},
                    KindRow{"/p1/picture", Kind::kProperty, "picture"},
                    KindRow{"/p1/picture/type", Kind::kProperty, "picture/type"},
                    KindRow{"/p1/picture/graph.mimeContent/type", Kind::kProperty, "picture/type"},
                    KindRow{"/p1/picture/value/$value", Kind::kRawValue, "picture/value"},
                    KindRow{"/p1/displayName/$value", Kind::kRawValue, "displayName"},
                    KindRow{"/p1/tags", Kind::kProperty, "tags"},
                    KindRow{"/p1/tags/$count", Kind::kPropertyCount, "tags"},
                    KindRow{"/p1/$ref", Kind::kReference, ""},
                    KindRow{"/p1/clear", Kind::kAction, ""},
                    KindRow{"/p1/reset", Kind::kProperty, "reset"},
                    KindRow{"/microsoft.graph.sample", Kind::kEntitySet, ""},
                    KindRow{"/graph.sample/$count", Kind::kCount, ""},
                    KindRow{"/graph.sample/p1", Kind::kEntity, ""},
                    KindRow{"/p1/microsoft.graph.sample", Kind::kEntity, ""},
                    KindRow{"/p1/microsoft.graph.sample/status", Kind::kProperty, "status"},
                    KindRow{"/total", Kind::kFunction, ""},
                    KindRow{"/total()", Kind::kFunction, ""},
                    KindRow{"/microsoft.graph.total()", Kind::kFunction, ""},
                    KindRow{"/greet", Kind::kEntity, ""},  // a key: the function has parameters
                    KindRow{"('total')", Kind::kEntity, ""}));

TEST(ResourcePath, KnowsSingletonsAndTheirContainer) {
  const auto container = resolve("/devicemanagement", {}, edm::fixture::kSets);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->kind, Kind::kContainer);
  EXPECT_EQ(container->container, "deviceManagement");
  for (const std::string_view path :
       {"/deviceManagement/setting", "/deviceManagement/graph.deviceManagement/setting"}) {
    const auto setting = resolve(path, {}, edm::fixture::kSets);
    ASSERT_TRUE(setting) << path;
    EXPECT_EQ(setting->kind, Kind::kEntity);
    EXPECT_EQ(setting->set, &edm::fixture::kSetting);
    EXPECT_EQ(setting->key, "");
  }
  EXPECT_EQ(resolve("/deviceManagement/setting/greeting", {}, edm::fixture::kSets)->kind,
            Kind::kProperty);
  EXPECT_FALSE(resolve("/deviceManagement/setting('x')", {}, edm::fixture::kSets));
  EXPECT_FALSE(resolve("/deviceManagement/setting/$count", {}, edm::fixture::kSets));
  EXPECT_FALSE(resolve("/deviceManagement/setting/key", {}, edm::fixture::kSets));
}

TEST(ResourcePath, TakesKeysFromAliases) {
  for (const std::string_view rest : {"(@k)", "(id=@k)", "(%40k)"}) {
    for (const std::string_view query : {"@k='p1'", "$select=id&@k=%27p1%27", "%40k='p1'"}) {
      const auto resource = in_fixture(rest, query);
      ASSERT_TRUE(resource) << rest << query;
      EXPECT_EQ(resource->key, "p1");
      EXPECT_EQ(resource->address_options, std::vector<std::string>{"@k"});
    }
  }
  EXPECT_EQ(in_fixture("(@k)").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(in_fixture("(@k)", "@k=null").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(in_fixture("(@k)", "@K='p1'").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(in_fixture("(@k)", "@k='p1'&@k='p1'").error().code, ErrorCode::kInvalidQuery);
  EXPECT_EQ(in_fixture("(@k)", "@k=5").error().code, ErrorCode::kBadRequest);
}

TEST(ResourcePath, ReadsTheArgumentsOfFunctions) {
  const auto call =
      in_fixture("/graph.greet(name='O''Neil, Anna',times=3,when=2026-01-01T00:00:00Z,status=@s)",
                 "@s=microsoft.graph.bindStatus'bound'");
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_EQ(call->function->name, "greet");
  ASSERT_EQ(call->arguments.size(), 4U);
  EXPECT_EQ(call->arguments[0].get<std::string>(), "O'Neil, Anna");
  EXPECT_EQ(call->arguments[1].get<std::int64_t>(), 3);
  EXPECT_EQ(call->arguments[2].get<base::Timestamp>().text(), "2026-01-01T00:00:00Z");
  EXPECT_EQ(call->arguments[3].get<std::int64_t>(), 1);
  const auto nulls = in_fixture("/greet(name='x',times=null,when=null,status=null)");
  ASSERT_TRUE(nulls);
  EXPECT_TRUE(nulls->arguments[1].is_null());
}

struct BadPart {
  std::string_view rest;
  ErrorCode code;
};
class BadParts : public testing::TestWithParam<BadPart> {};

TEST_P(BadParts, AreRefused) {
  const auto resource = in_fixture(GetParam().rest);
  ASSERT_FALSE(resource) << GetParam().rest;
  EXPECT_EQ(resource.error().code, GetParam().code) << resource.error().message;
  EXPECT_FALSE(resource.error().target.empty()) << resource.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadParts,
    testing::Values(BadPart{"/p1/version", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/$value", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/$count", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/picture/$value", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/picture/nope", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/tags/$value", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/tags/0", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/displayName/x", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/displayName/$count", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/displayName/$value/x", ErrorCode::kSegmentNotFound},
                    BadPart{"/p1/displayName/$ref", ErrorCode::kNotFound},
                    BadPart{"/p1/tags/$filter(x)", ErrorCode::kNotImplemented},
                    BadPart{"/$filter(x)", ErrorCode::kNotImplemented},
                    BadPart{"/$each", ErrorCode::kNotImplemented},
                    BadPart{"/$query", ErrorCode::kNotImplemented},
                    BadPart{"/microsoft.graph.other", ErrorCode::kNotFound},
                    BadPart{"/p1/graph.other", ErrorCode::kNotFound},
                    BadPart{"/p1/picture/graph.other", ErrorCode::kNotFound},
                    BadPart{"/p1/greet(name='x')", ErrorCode::kSegmentNotFound},
                    BadPart{"/greet()", ErrorCode::kBadRequest},
                    BadPart{"/greet(name='x')", ErrorCode::kBadRequest},
                    BadPart{"/greet(name='x'", ErrorCode::kBadRequest},
                    BadPart{"/greet('x')", ErrorCode::kBadRequest},
                    BadPart{"/greet(name=x,times=1,when=null,status=null)", ErrorCode::kBadRequest},
                    BadPart{"/greet(name='x',name='y')", ErrorCode::kBadRequest},
                    BadPart{"/greet(nope='x')", ErrorCode::kBadRequest},
                    BadPart{"/greet(times='1')", ErrorCode::kBadRequest},
                    BadPart{"/greet(name=null)", ErrorCode::kModelValidation},
                    BadPart{"/greet(times=2147483648)", ErrorCode::kModelValidation},
                    BadPart{"/greet(status='nope')", ErrorCode::kModelValidation},
                    BadPart{"/greet(status=graph.other'bound')", ErrorCode::kBadRequest},
                    BadPart{"/total(x=1)", ErrorCode::kBadRequest},
                    BadPart{"/total()/$value", ErrorCode::kNotImplemented}));

TEST(ResourcePath, FollowsEntityIds) {
  const auto resource = resolve("/$entity", "$id=x/y&$select=id");
  ASSERT_TRUE(resource);
  EXPECT_EQ(resource->kind, Kind::kEntityById);
  EXPECT_EQ(resource->key, "x/y");
  EXPECT_EQ(resolve("/$entity").error().code, ErrorCode::kInvalidQuery);
  EXPECT_EQ(resolve("/$entity", "$id=a&id=b").error().code, ErrorCode::kInvalidQuery);
  for (const std::string_view path : {"/$all", "/$crossjoin(a,b)"}) {
    EXPECT_EQ(resolve(path).error().code, ErrorCode::kNotImplemented);
  }
}

}  // namespace
}  // namespace muster::odata
