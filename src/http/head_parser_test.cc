#include "http/head_parser.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster::http {
namespace {

const Limits kLimits;

// "ok", or the status of the refusal; "more" when the head is not complete.
std::string verdict(const std::string& octets, const Limits& limits = kLimits) {
  HeadParser parser(limits);
  switch (parser.parse(octets)) {
    case HeadParser::State::kComplete:
      return "ok";
    case HeadParser::State::kIncomplete:
      return "more";
    case HeadParser::State::kRefused:
      return std::to_string(parser.refusal().status);
  }
  return "";
}

std::string with_line(const std::string& line) {
  return line + "\r\nHost: example.org\r\n\r\n";
}

std::string with_field(const std::string& field) {
  return "GET / HTTP/1.1\r\nHost: example.org\r\n" + field + "\r\n\r\n";
}

std::string with_host(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

TEST(HeadParser, ReadsAWholeHead) {
  const std::string octets =
      "POST /beta/x?$filter=a%20eq%20'b' HTTP/1.1\r\nHost: h:8443\r\nX-A:  b c \r\n"
      "content-length: 12\r\nExpect: 100-Continue\r\n\r\nrest";
  HeadParser parser(kLimits);
  ASSERT_EQ(parser.parse(octets), HeadParser::State::kComplete);
  const Head& head = parser.head();
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/beta/x?$filter=a%20eq%20'b'");
  EXPECT_EQ(head.authority, "h:8443");
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.chunked);
  ASSERT_EQ(head.fields.size(), 4U);
  EXPECT_EQ(octets.substr(head.fields[1].value_at, head.fields[1].value_size), "b c");
  EXPECT_EQ(octets.substr(parser.size()), "rest");
}

TEST(HeadParser, FindsTheSameAtEverySplit) {
  const std::string octets = with_field("X-Long: value\r\nTransfer-Encoding: chunked");
  for (std::size_t split = 0; split < octets.size(); ++split) {
    HeadParser parser(kLimits);
    // The octets move between calls, as in a buffer that grows.
    ASSERT_EQ(parser.parse(std::string(octets, 0, split)), HeadParser::State::kIncomplete);
    ASSERT_EQ(parser.parse(octets), HeadParser::State::kComplete) << split;
    EXPECT_TRUE(parser.head().chunked);
    EXPECT_EQ(parser.head().authority, "example.org");
  }
}

TEST(HeadParser, IsReusableAfterReset) {
  HeadParser parser(kLimits);
  ASSERT_EQ(parser.parse(with_field("Transfer-Encoding: chunked")), HeadParser::State::kComplete);
  parser.reset();
  ASSERT_EQ(parser.parse(with_host("b")), HeadParser::State::kComplete);
  EXPECT_FALSE(parser.head().chunked);
  EXPECT_EQ(parser.head().fields.size(), 1U);
}

TEST(HeadParser, JudgesRequestLines) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"GET / HTTP/1.1", "ok"},
      {"get / HTTP/1.1", "ok"},
      {"\r\nGET / HTTP/1.1", "ok"},
      {"\r\n\r\nGET / HTTP/1.1", "400"},
      {"GET / HTTP/1.2", "ok"},
      {"GET / HTTP/1.10", "400"},
      {"GET / HTTP/2.0", "505"},
      {"GET / HTTP/0.9", "505"},
      {"GET / http/1.1", "400"},
      {"GET / HTTP/1,1", "400"},
      {"GET /", "400"},
      {"GET  / HTTP/1.1", "400"},
      {"GET /  HTTP/1.1", "400"},
      {"GET / HTTP/1.1 ", "400"},
      {" GET / HTTP/1.1", "400"},
      {"GET\t/\tHTTP/1.1", "400"},
      {"GE(T / HTTP/1.1", "400"},
      {"G\x80T / HTTP/1.1", "400"},
      {"GET x HTTP/1.1", "400"},
      {"GET /a b HTTP/1.1", "400"},
      {"GET /a#b HTTP/1.1", "400"},
      {"GET /a\\b HTTP/1.1", "400"},
      {"GET /a\"b HTTP/1.1", "400"},
      {"GET /%zz HTTP/1.1", "400"},
      {"GET /% HTTP/1.1", "400"},
      {"GET /%4 HTTP/1.1", "400"},
      {"GET /%41 HTTP/1.1", "ok"},
      {"GET /\xc3\xa4 HTTP/1.1", "400"},
      {"GET /a?b='c'+d&$e=[f]{g}|h^` HTTP/1.1", "ok"},
      {"GET /a?100% HTTP/1.1", "ok"},
      {"GET /a?b\"c HTTP/1.1", "400"},
      {"GET /('a',b=1);c@d:e!~* HTTP/1.1", "ok"},
      {"OPTIONS * HTTP/1.1", "ok"},
      {"GET * HTTP/1.1", "400"},
      {"CONNECT a:443 HTTP/1.1", "501"},
      {"GET http://a/b HTTP/1.1", "ok"},
      {"GET HTTPS://a:1?b HTTP/1.1", "ok"},
      {"GET http://a HTTP/1.1", "ok"},
      {"GET http:///b HTTP/1.1", "400"},
      {"GET http://u@a/ HTTP/1.1", "400"},
      {"GET ftp://a/ HTTP/1.1", "400"},
      {"GET a:80 HTTP/1.1", "400"},
      {"GET / HTTP/1.1\rX: y", "400"},
      {"PRI * HTTP/2.0", "505"},
  };
  for (const auto& [line, expected] : cases) EXPECT_EQ(verdict(with_line(line)), expected) << line;
}

TEST(HeadParser, TakesTheAuthorityOfAnAbsoluteTarget) {
  const std::string octets = with_line("GET http://other:81?q=1 HTTP/1.1");
  HeadParser parser(kLimits);
  ASSERT_EQ(parser.parse(octets), HeadParser::State::kComplete);
  EXPECT_EQ(parser.head().authority, "other:81");
  EXPECT_EQ(parser.head().target, "?q=1");
  EXPECT_TRUE(parser.head().empty_path);
}

TEST(HeadParser, JudgesFields) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"A: b", "ok"},      {"A:", "ok"},          {"A: \xc3\xa4\tb", "ok"},
      {"A", "400"},        {": b", "400"},        {"A : b", "400"},
      {" A: b", "400"},    {"A: b\r\n c", "400"}, {"A\t: b", "400"},
      {"A\x01: b", "400"}, {"A: b\x01", "400"},   {std::string("A: b\0c", 6), "400"},
      {"A: b\x7f", "400"}, {"A: b\rc", "400"},    {"A: b\nB: c", "400"},
      {"A(: b", "400"},
  };
  for (const auto& [field, expected] : cases) {
    EXPECT_EQ(verdict(with_field(field)), expected) << field;
  }
}

TEST(HeadParser, JudgesFraming) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Content-Length: 0", "ok"},
      {"Content-Length: 007", "ok"},
      {"Content-Length: ", "400"},
      {"Content-Length: +5", "400"},
      {"Content-Length: -5", "400"},
      {"Content-Length: 0x5", "400"},
      {"Content-Length: 5, 5", "400"},
      {"Content-Length: 5 5", "400"},
      {"Content-Length: 1.0", "400"},
      {"Content-Length: 99999999999999999999999", "400"},
      {"Content-Length: 5\r\nContent-Length: 5", "400"},
      {"Content-Length: 5\r\nContent-Length: 6", "400"},
      {"Transfer-Encoding: Chunked", "ok"},
      {"Transfer-Encoding:\tchunked\t", "ok"},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5", "400"},
      {"Content-Length: 5\r\nTransfer-Encoding: chunked", "400"},
      {"Transfer-Encoding: xchunked", "400"},
      {"Transfer-Encoding: gzip, chunked", "501"},
      {"Transfer-Encoding: chunked, gzip", "400"},
      {"Transfer-Encoding: chunked, chunked", "400"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "400"},
      {"Transfer-Encoding: identity", "400"},
      {"Transfer-Encoding: ", "400"},
      {"Transfer-Encoding: \x0b"
       "chunked",
       "400"},
      {"Expect: 100-continue", "ok"},
      {"Expect: 200-ok", "417"},
      {"Upgrade: h2c", "ok"},
      {"Content-Encoding: gzip\r\nContent-Encoding: gzip", "415"},
  };
  for (const auto& [field, expected] : cases) {
    EXPECT_EQ(verdict(with_field(field)), expected) << field;
  }
}

TEST(HeadParser, JudgesHosts) {
  for (const char* host :
       {"a", "example.org:443", "127.0.0.1:1", "[::1]", "[::1]:8443", "a:", "a_b"}) {
    EXPECT_EQ(verdict(with_host(host)), "ok") << host;
  }
  for (const char* host : {"", "a b", "a,b", "a/b", "a?b", "u@a", "a:b", "a:99999", "a:+1", ":80",
                           "[::1", "[x]", "[::1]x", "a%00", "a\\b", "a\xc3\xa4", "a:1:2", "#"}) {
    EXPECT_EQ(verdict(with_host(host)), "400") << host;
  }
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), "400");
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "400");
}

TEST(HeadParser, KnowsHttp10) {
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\n\r\n"), "ok");
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400");
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\nExpect: x\r\n\r\n"), "ok");
  HeadParser parser(kLimits);
  ASSERT_EQ(parser.parse("GET / HTTP/1.0\r\n\r\n"), HeadParser::State::kComplete);
  EXPECT_FALSE(parser.head().keep_alive);
  parser.reset();
  ASSERT_EQ(parser.parse("GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n"),
            HeadParser::State::kComplete);
  EXPECT_TRUE(parser.head().keep_alive);
  parser.reset();
  ASSERT_EQ(parser.parse(with_field("Connection: x,close")), HeadParser::State::kComplete);
  EXPECT_FALSE(parser.head().keep_alive);
}

TEST(HeadParser, KeepsSizeLimits) {
  Limits limits;
  limits.request_line = 64;
  limits.head = 256;
  limits.fields = 3;
  const auto line = [](std::size_t size) {
    return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1";
  };
  EXPECT_EQ(verdict(with_line(line(64)), limits), "ok");
  EXPECT_EQ(verdict(with_line(line(65)), limits), "414");
  EXPECT_EQ(verdict("GET /" + std::string(60, 'a'), limits), "more");
  EXPECT_EQ(verdict("GET /" + std::string(61, 'a'), limits), "414");
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string fitting = "A: " + std::string(256 - start.size() - 7, 'b');
  EXPECT_EQ(verdict(start + fitting + "\r\n\r\n", limits), "ok");
  EXPECT_EQ(verdict(start + fitting + "b\r\n\r\n", limits), "431");
  EXPECT_EQ(verdict(start + fitting + "bbbbb", limits), "431");
  EXPECT_EQ(verdict(start + "A: 1\r\nA: 2\r\n\r\n", limits), "ok");
  EXPECT_EQ(verdict(start + "A: 1\r\nA: 2\r\nA: 3\r\n\r\n", limits), "431");
}

TEST(HeadParser, DoesNotWaitForTheEndOfWhatCannotBeAHead) {
  EXPECT_EQ(verdict("\x16\x03\x01\x02"), "400");
  EXPECT_EQ(verdict("GET / HTTP/1.1\rX"), "400");
  EXPECT_EQ(verdict("GET / HTTP/1.1\n"), "400");
  EXPECT_EQ(verdict("\n"), "400");
  EXPECT_EQ(verdict("GET / HTTP/1.1\r"), "more");
  EXPECT_EQ(verdict(std::string("GET / HT\0", 9)), "400");
  HeadParser parser(kLimits);
  ASSERT_EQ(parser.parse("GET / HTTP/1.1\r"), HeadParser::State::kIncomplete);
  EXPECT_EQ(parser.parse("GET / HTTP/1.1\rX"), HeadParser::State::kRefused);
}

TEST(HeadParser, ReportsWhatItKnowsOfARefusedRequest) {
  const std::string octets = "GET /a HTTP/1.1\r\nbad field\r\n\r\n";
  HeadParser parser(kLimits);
  ASSERT_EQ(parser.parse(octets), HeadParser::State::kRefused);
  EXPECT_EQ(parser.method_in(octets), "GET");
  EXPECT_EQ(parser.target_in(octets), "/a");
}

}  // namespace
}  // namespace muster::http
