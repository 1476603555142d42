#include "graph/batch_url.h"

#include <gtest/gtest.h>

namespace muster::graph {
namespace {

constexpr BatchBase kBase{"https://muster.example:8443", "beta"};

TEST(BatchUrl, AllSpellingsOfAUrlMeanTheSameTarget) {
  for (const std::string_view url :
       {"deviceManagement/x", "/deviceManagement/x", "/beta/deviceManagement/x",
        "https://muster.example:8443/beta/deviceManagement/x",
        "HTTPS://Muster.Example:8443/beta/deviceManagement/x"}) {
    const auto target = batch_target(kBase, url);
    ASSERT_TRUE(target) << url;
    EXPECT_EQ(*target, "/beta/deviceManagement/x") << url;
  }
  EXPECT_EQ(*batch_target(kBase, "/v1.0/x"), "/v1.0/x");
  EXPECT_EQ(*batch_target(kBase, "/betaX"), "/beta/betaX");
  EXPECT_EQ(*batch_target({"https://a", "v1.0"}, "https://a:443/beta"), "/beta");
}

TEST(BatchUrl, WhatClientsForgetToEncodeIsEncoded) {
  EXPECT_EQ(*batch_target(kBase, "/x?$filter=a eq 'ü{}'"),
            "/beta/x?$filter=a%20eq%20'%C3%BC%7B%7D'");
}

TEST(BatchUrl, OtherPlacesAreRefused) {
  for (const std::string& url :
       {std::string(), std::string("https://elsewhere/beta/x"),
        std::string("https://muster.example/beta/x"),
        std::string("http://muster.example:8443/beta/x"),
        std::string("https://muster.example:8443"),
        std::string("https://muster.example:8443/t/oauth2"),
        std::string("https://muster.example:8443@elsewhere/beta/x"), std::string("/x#y"),
        std::string("/x\r\nHost: y"), std::string("/x\ty"), std::string("/%zz"),
        "/" + std::string(20'000, 'x')}) {
    const auto target = batch_target(kBase, url);
    ASSERT_FALSE(target) << url.substr(0, 60);
    EXPECT_EQ(target.error().code, base::ErrorCode::kBadRequest);
    EXPECT_EQ(target.error().target, "url");
  }
}

TEST(BatchUrl, ReferencesStandAtTheStart) {
  for (const std::string_view url : {"$1/a?b", "/$1/a?b", "/beta/$1/a?b", "%241/a?b",
                                     "https://muster.example:8443/beta/$1/a?b"}) {
    const auto reference = batch_reference(kBase, url);
    ASSERT_TRUE(reference) << url;
    EXPECT_EQ(reference->id, "1");
    EXPECT_EQ(reference->rest, "/a?b");
  }
  EXPECT_EQ(batch_reference(kBase, "$x")->rest, "");
  for (const std::string_view url :
       {"$metadata", "/$batch", "$all", "$entity?$id=x", "x/$1", "x", "", "https://e/beta/$1"}) {
    EXPECT_FALSE(batch_reference(kBase, url)) << url;
  }
}

TEST(BatchUrl, KnowsItsAuthorityAndWhereACreateGoes) {
  EXPECT_TRUE(is_own_authority(kBase, "MUSTER.example:8443"));
  EXPECT_FALSE(is_own_authority(kBase, "muster.example"));
  EXPECT_TRUE(is_own_authority({"https://a", "beta"}, "a:443"));
  EXPECT_EQ(created_path("/beta/d/set/$ref?$select=id", "k/1"), "/beta/d/set/k%2F1");
}

}  // namespace
}  // namespace muster::graph
