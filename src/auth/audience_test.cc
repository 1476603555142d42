#include "auth/audience.h"

#include <vector>

#include <gtest/gtest.h>

namespace muster::auth {
namespace {

TEST(Audience, SameResource) {
  EXPECT_TRUE(same_resource("https://Host:443/", "https://host"));
  EXPECT_TRUE(same_resource("http://h:80", "HTTP://h/"));
  EXPECT_TRUE(same_resource("api://muster/", "api://muster"));
  EXPECT_TRUE(same_resource("", ""));
  EXPECT_FALSE(same_resource("https://host:8443", "https://host"));
  EXPECT_FALSE(same_resource("http://host:443", "http://host"));
  EXPECT_FALSE(same_resource("https://host//", "https://host"));
  EXPECT_FALSE(same_resource("https://host/Path", "https://host/path"));
  EXPECT_FALSE(same_resource("https://host.evil", "https://host"));
  EXPECT_FALSE(same_resource("https://host", "http://host"));
  EXPECT_FALSE(same_resource("muster", "Muster"));
}

TEST(Audience, GraphAliases) {
  EXPECT_TRUE(is_graph_alias("https://graph.microsoft.com"));
  EXPECT_TRUE(is_graph_alias("https://graph.microsoft.com/"));
  EXPECT_TRUE(is_graph_alias("00000003-0000-0000-C000-000000000000"));
  EXPECT_FALSE(is_graph_alias("https://graph.microsoft.com.evil.example"));
  EXPECT_FALSE(is_graph_alias("https://graph.microsoft.com/beta"));
  EXPECT_FALSE(is_graph_alias(""));
}

TEST(Audience, IsAmong) {
  const std::vector<std::string> accepted = {"api://muster", "https://h:8443"};
  EXPECT_TRUE(is_among("https://H:8443/", accepted));
  EXPECT_FALSE(is_among("", accepted));
  EXPECT_FALSE(is_among("api://muste", accepted));
}

TEST(Audience, IsGuid) {
  EXPECT_TRUE(is_guid("9188040d-6c67-4c5b-b112-36a304b66dad"));
  EXPECT_TRUE(is_guid("9188040D-6C67-4C5B-B112-36A304B66DAD"));
  EXPECT_FALSE(is_guid("9188040d6c674c5bb11236a304b66dad"));
  EXPECT_FALSE(is_guid("{9188040d-6c67-4c5b-b112-36a304b66dad}"));
  EXPECT_FALSE(is_guid("9188040d-6c67-4c5b-b112-36a304b66dag"));
  EXPECT_FALSE(is_guid("9188040d-6c67-4c5b-b112_36a304b66dad"));
  EXPECT_FALSE(is_guid(""));
}

}  // namespace
}  // namespace muster::auth
