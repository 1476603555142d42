#include "auth/key_fetcher.h"

#include <gtest/gtest.h>

#include "auth/token_forge.h"

namespace muster::auth {
namespace {

using forge::WebServer;

class KeyFetcherTest : public ::testing::Test {
 protected:
  WebServer server_;
  std::atomic<bool> stop_{false};
  KeyFetcher fetcher_{{std::chrono::milliseconds(5000), 1000}, stop_};
};

TEST(KeyFetcher, FetchesHttpsAndLoopbackOnly) {
  for (const char* url :
       {"https://issuer.example", "HTTPS://issuer.example:8443/x?y", "http://localhost:1/x",
        "http://127.0.0.1", "http://[::1]:80/", "HTTP://LOCALHOST"}) {
    EXPECT_TRUE(is_fetchable(url)) << url;
  }
  for (const char* url :
       {"", "issuer.example", "http://issuer.example", "ftp://localhost", "file:///etc/passwd",
        "https://", "https:///x", "http://localhost.evil.example", "http://127.0.0.1.evil.example",
        "http://localhost@evil.example", "http://evil.example#localhost", "https://a b",
        "https://a\n", "https://user:pass@issuer.example", "http://[::1", "gopher://localhost",
        "//localhost"}) {
    EXPECT_FALSE(is_fetchable(url)) << url;
  }
}

TEST_F(KeyFetcherTest, GetsADocument) {
  server_.set("/ok", {200, "body"});
  const auto got = fetcher_.get(server_.url() + "/ok", "");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, "body");
}

TEST_F(KeyFetcherTest, RefusesOtherStatusesAndRedirects) {
  server_.set("/404", {404, "no"});
  server_.set("/204", {204, ""});
  server_.set("/302", {302, "", "Location: " + server_.url() + "/ok\r\n"});
  server_.set("/ok", {200, "body"});
  for (const char* path : {"/404", "/204", "/302"}) {
    const auto got = fetcher_.get(server_.url() + path, "");
    ASSERT_FALSE(got) << path;
    EXPECT_EQ(got.error().code, base::ErrorCode::kUnavailable);
  }
  EXPECT_EQ(server_.requests("/ok"), 0);
}

TEST_F(KeyFetcherTest, RefusesLargeDocuments) {
  server_.set("/1000", {200, std::string(1000, 'x')});
  server_.set("/1001", {200, std::string(1001, 'x')});
  EXPECT_TRUE(fetcher_.get(server_.url() + "/1000", ""));
  const auto got = fetcher_.get(server_.url() + "/1001", "");
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message.find("too large"), std::string::npos);
}

TEST_F(KeyFetcherTest, GivesUpInTime) {
  const KeyFetcher hasty({std::chrono::milliseconds(100), 1000}, stop_);
  const auto held = server_.hold();
  EXPECT_FALSE(hasty.get(server_.url() + "/ok", ""));
}

TEST_F(KeyFetcherTest, BreaksOffWhenTold) {
  stop_ = true;
  const auto held = server_.hold();
  EXPECT_FALSE(fetcher_.get(server_.url() + "/ok", ""));
}

TEST_F(KeyFetcherTest, RefusesForeignUrlsAndDeadPorts) {
  EXPECT_FALSE(fetcher_.get("http://192.0.2.1/", ""));
  EXPECT_FALSE(fetcher_.get("file:///etc/hostname", ""));
  const KeyFetcher hasty({std::chrono::milliseconds(200), 1000}, stop_);
  EXPECT_FALSE(hasty.get("https" + server_.url().substr(4), "")) << "no TLS there";
}

}  // namespace
}  // namespace muster::auth
