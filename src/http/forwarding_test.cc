#include "http/forwarding.h"

#include <gtest/gtest.h>

namespace muster::http {
namespace {

Forwarding make(const std::vector<std::string>& trusted, std::string_view base_url = {}) {
  auto made = Forwarding::create(trusted, base_url);
  EXPECT_TRUE(made);
  return std::move(made).value();
}

using Fields = std::vector<std::pair<std::string, std::string>>;

Request applied(const Forwarding& forwarding, const std::string& peer, const Fields& fields) {
  Request request;
  request.tls = true;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  forwarding.apply(request, "own:8443", peer, forwarding.trusts(peer));
  return request;
}

TEST(Forwarding, TakesHostAndPeerByDefault) {
  const Request request =
      applied(make({}), "1.2.3.4", {{"X-Forwarded-Host", "evil"}, {"X-Forwarded-For", "9.9.9.9"}});
  EXPECT_EQ(request.base_url, "https://own:8443");
  EXPECT_EQ(request.remote, "1.2.3.4");
}

TEST(Forwarding, BelievesTrustedProxiesAlone) {
  const Forwarding forwarding = make({"10.0.0.0/8", "::1"});
  const Fields fields = {{"X-Forwarded-Host", "first, mdm.example:444"},
                         {"X-Forwarded-Proto", "http"},
                         {"X-Forwarded-For", "6.6.6.6, 7.7.7.7, 10.1.1.1"}};
  for (const char* peer : {"10.200.0.1", "::1"}) {
    const Request request = applied(forwarding, peer, fields);
    EXPECT_EQ(request.base_url, "http://mdm.example:444");
    EXPECT_EQ(request.remote, "7.7.7.7");
  }
  EXPECT_EQ(applied(forwarding, "11.0.0.1", fields).base_url, "https://own:8443");
  EXPECT_EQ(applied(forwarding, "11.0.0.1", fields).remote, "11.0.0.1");
}

TEST(Forwarding, ReadsForwardedOnlyWithoutTheOlderFields) {
  const Forwarding forwarding = make({"10.0.0.1"});
  const std::string value = "for=1.1.1.1;host=a, for=\"[2001:db8::1]:99\";proto=http;host=\"b:8\"";
  const Request request = applied(forwarding, "10.0.0.1", {{"Forwarded", value}});
  EXPECT_EQ(request.base_url, "http://b:8");
  EXPECT_EQ(request.remote, "2001:db8::1");
  const Request both =
      applied(forwarding, "10.0.0.1", {{"Forwarded", value}, {"X-Forwarded-For", "5.5.5.5"}});
  EXPECT_EQ(both.base_url, "https://own:8443");
  EXPECT_EQ(both.remote, "5.5.5.5");
}

TEST(Forwarding, IgnoresNonsenseFromAProxy) {
  const Request request = applied(make({"10.0.0.1"}), "10.0.0.1",
                                  {{"X-Forwarded-Host", "a/b@c"},
                                   {"X-Forwarded-Proto", "gopher"},
                                   {"X-Forwarded-For", "unknown"}});
  EXPECT_EQ(request.base_url, "https://own:8443");
  EXPECT_EQ(request.remote, "10.0.0.1");
}

TEST(Forwarding, PrefersTheConfiguredAddress) {
  const Forwarding forwarding = make({"10.0.0.1"}, "https://public.example/");
  EXPECT_EQ(applied(forwarding, "10.0.0.1", {{"X-Forwarded-Host", "x"}}).base_url,
            "https://public.example");
}

TEST(Forwarding, RefusesMalformedSettings) {
  for (const char* network :
       {"", "a", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8x", "1.2.3"}) {
    const auto made = Forwarding::create({network}, "");
    ASSERT_FALSE(made) << network;
    EXPECT_EQ(made.error().target, "trusted_proxies");
  }
  for (const char* url : {"public.example", "ftp://a", "https://", "https://a/b", "https://a b"}) {
    const auto made = Forwarding::create({}, url);
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().target, "public_base_url");
  }
}

}  // namespace
}  // namespace muster::http
