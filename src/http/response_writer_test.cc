#include "http/response_writer.h"

#include <gtest/gtest.h>

namespace muster::http {
namespace {

std::string written(const Response& response, ResponseFraming framing = {}) {
  std::string out;
  framing.date = "D";
  append_response(out, response, framing);
  return out;
}

TEST(ResponseWriter, WritesFieldsAndBody) {
  Response response{.status = 201, .body = "{}"};
  response.add("Location", "https://a/b");
  EXPECT_EQ(
      written(response),
      "HTTP/1.1 201 Created\r\nLocation: https://a/b\r\nDate: D\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(ResponseWriter, WritesItsOwnFields) {
  const std::string out = written({}, {.close = true, .tls = true});
  EXPECT_NE(out.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_NE(out.find("\r\nStrict-Transport-Security: max-age=31536000\r\n"), std::string::npos);
  EXPECT_NE(out.find("\r\nContent-Length: 0\r\n"), std::string::npos);
  EXPECT_NE(written({}, {.keep_alive = true}).find("Connection: keep-alive"), std::string::npos);
}

TEST(ResponseWriter, KeepsTheLengthOfAnAnswerToHead) {
  EXPECT_EQ(written({.body = "12345"}, {.head_only = true}),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseWriter, SendsNoBodyWhereNoneMayBe) {
  for (const int status : {204, 304}) {
    Response response{.status = status, .body = "lost"};
    response.add("content-type", "text/plain");
    const std::string out = written(response);
    EXPECT_EQ(out.substr(out.find("Date")), "Date: D\r\n\r\n");
    EXPECT_EQ(out.find("text/plain"), std::string::npos);
  }
}

TEST(ResponseWriter, DropsFieldsThatWouldSplitOrContradict) {
  Response response;
  response.add("X-A", "a\r\nX-Evil: b");
  response.add("X-B\r\nX-Evil", "c");
  response.add("X-C", std::string("d\0", 2));
  response.add("content-length", "99");
  response.add("Transfer-Encoding", "chunked");
  response.add("Connection", "upgrade");
  EXPECT_EQ(written(response), "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, TurnsAnImpossibleStatusInto500) {
  for (const int status : {0, 100, 199, 600}) {
    EXPECT_EQ(written({.status = status, .body = "x"}).substr(0, 12), "HTTP/1.1 500");
  }
}

TEST(DateCache, WritesImfFixdate) {
  DateCache cache;
  EXPECT_EQ(cache.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace muster::http
