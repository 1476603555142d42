#include "odata/resource_path.h"

#include <gtest/gtest.h>

#include "edm/enrollment_model.h"

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
                    RefusedPath{below("/p1/displayName"), ErrorCode::kNotImplemented},
                    RefusedPath{"/deviceManagement", ErrorCode::kNotImplemented},
                    RefusedPath{"", ErrorCode::kNotImplemented},
                    RefusedPath{below("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"),
                                ErrorCode::kSegmentNotFound}));

}  // namespace
}  // namespace muster::odata
