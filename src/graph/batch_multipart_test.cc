#include "graph/batch_multipart.h"

#include <gtest/gtest.h>

namespace muster::graph {
namespace {

// Lines as a test writes them, with CRLF ends.
std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

constexpr std::string_view kBatch = R"(ignored
--b
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: one

get /beta/x?$filter=a eq 1 HTTP/1.1
Host: h:1


--b
Content-Type: multipart/mixed; boundary="b 2"

--b 2
Content-Type: application/http
Content-ID: 2

POST /x HTTP/1.1
Content-Type: application/json

{"a":"--b--",
 "b": " --b"}
--b 2
Content-Type: application/http

DELETE $2 HTTP/1.1

--b 2--
--b
Content-Type: application/http

PATCH http://h/x HTTP/1.1
Content-Length: 2

{}

--b--
ignored, too
--b
)";

TEST(BatchMultipart, ReadsPartsAndChangeSetsWithEitherLineEnd) {
  for (const std::string& body : {crlf(kBatch), std::string(kBatch)}) {
    const auto batch = read_multipart_batch(body, "b");
    ASSERT_TRUE(batch) << batch.error().message;
    ASSERT_EQ(batch->items.size(), 4U);
    const std::vector<BatchItem>& items = batch->items;
    EXPECT_EQ(items[0].id, "one");
    EXPECT_EQ(items[0].method, "GET");
    EXPECT_EQ(items[0].url, "/beta/x?$filter=a eq 1");
    EXPECT_EQ(items[0].body, "");
    EXPECT_EQ(items[0].headers.get("host"), "h:1");
    EXPECT_EQ(items[1].id, "2");
    EXPECT_TRUE(items[1].body.starts_with("{\"a\":\"--b--\","));
    EXPECT_TRUE(items[1].body.ends_with("\" --b\"}"));
    EXPECT_FALSE(items[1].group.empty());
    EXPECT_EQ(items[2].group, items[1].group);
    EXPECT_EQ(items[2].id, "");
    EXPECT_EQ(items[3].group, "");
    EXPECT_EQ(items[3].body, "{}");
    for (const BatchItem& item : items) EXPECT_FALSE(item.refusal);
  }
}

TEST(BatchMultipart, BlanksMayFollowABoundaryAndTheLastLineNeedsNoEnd) {
  const std::string body = crlf("--b \t\nContent-Type: application/http\n\nGET x HTTP/1.1\n--b--");
  EXPECT_EQ(read_multipart_batch(body, "b")->items.size(), 1U);
}

TEST(BatchMultipart, RefusesWhatIsMalformed) {
  const std::string part = "--b\nContent-Type: application/http\n";
  for (const std::string& body :
       {std::string(), std::string("--b--\n"), std::string("--b\n--b--\n"),
        part + "\nGET x HTTP/1.1\n\n", part + "\nGET x HTTP/1.1\n --b--",
        part + "\nGET x HTTP/2\n--b--", part + "\nGET x\n--b--", part + "\n\n\n--b--",
        part + "\nG@T x HTTP/1.1\n--b--", part + "\nGET x HTTP/1.1\nno field\n\n--b--",
        part + "\nPOST x HTTP/1.1\nContent-Length: 3\n\n{}\n--b--",
        part + "\nPOST x HTTP/1.1\nContent-Length: -1\n\n{}\n--b--",
        part + "Content-ID: a b\n\nGET x HTTP/1.1\n--b--",
        part + "Content-Transfer-Encoding: base64\n\nGET x HTTP/1.1\n--b--",
        std::string("--b\nContent-Type: text/plain\n\nGET x HTTP/1.1\n--b--"),
        std::string("--b\nContent-Type: multipart/mixed\n\n--c\n--c--\n--b--"),
        std::string("--b\nContent-Type: multipart/mixed;boundary=c\n\n--c--\n--b--"),
        std::string("--b\nContent-Type: multipart/mixed;boundary=c\n\n--c\nContent-Type: "
                    "multipart/mixed;boundary=d\n\n--d\n--d--\n--c--\n--b--"),
        part + "Content-ID: 1\n\nGET x HTTP/1.1\n" + part +
            "Content-ID: 1\n\nGET x HTTP/1.1\n--b--"}) {
    for (const std::string& text : {body, crlf(body)}) {
      const auto batch = read_multipart_batch(text, "b");
      ASSERT_FALSE(batch) << text;
      EXPECT_EQ(batch.error().status(), 400);
    }
  }
}

TEST(BatchMultipart, LimitsTheNumberOfRequestsInChangeSetsToo) {
  const std::string part = "Content-Type: application/http\n\nPOST x HTTP/1.1\n\n";
  const auto batch_of = [&part](int outer, int inner) {
    std::string body;
    for (int i = 0; i < outer; ++i) body += "--b\n" + part;
    body += "--b\nContent-Type: multipart/mixed; boundary=c\n\n";
    for (int i = 0; i < inner; ++i) body += "--c\n" + part;
    return body + "--c--\n--b--\n";
  };
  EXPECT_TRUE(read_multipart_batch(batch_of(10, 10), "b"));
  for (const auto& [outer, inner] : {std::pair(10, 11), std::pair(20, 1), std::pair(1, 40)}) {
    const auto batch = read_multipart_batch(batch_of(outer, inner), "b");
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().target, "requests");
  }
}

TEST(BatchMultipart, AChangeSetHoldsNoReads) {
  const auto batch = read_multipart_batch(
      "--b\nContent-Type: multipart/mixed;boundary=c\n\n--c\nContent-Type: application/http\n\n"
      "GET x HTTP/1.1\n--c--\n--b--",
      "b");
  ASSERT_TRUE(batch);
  ASSERT_TRUE(batch->items[0].refusal);
  EXPECT_EQ(batch->items[0].refusal->target, "method");
}

TEST(BatchMultipart, KnowsBoundaries) {
  EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=batch_1"), "batch_1");
  EXPECT_EQ(multipart_boundary("Multipart/Mixed; charset=x ; Boundary=\"a b'()\""), "a b'()");
  for (const std::string& type :
       {std::string("multipart/mixed"), std::string("multipart/mixed;boundary="),
        std::string("multipart/mixed;boundary=\"\""), std::string("multipart/mixed;boundary=a@b"),
        std::string("multipart/related;boundary=a"), std::string("multipart/mixed;boundary=\"a \""),
        std::string("multipart/mixed;boundary=a;boundary=b"),
        "multipart/mixed;boundary=" + std::string(71, 'a')}) {
    EXPECT_EQ(multipart_boundary(type), std::nullopt) << type;
  }
}

TEST(BatchMultipart, WritesTheStructureOfTheRequest) {
  std::vector<BatchAnswer> answers(4);
  answers[0] = {"a", "", {.status = 200, .body = "{}"}};
  answers[0].response.add("Content-Type", "application/json");
  answers[1] = {"b", "g", {.status = 424, .body = "x"}};
  answers[2] = {"", "g", {.status = 409, .body = "y"}};
  answers[3] = {"", "", {.status = 204}};
  answers[3].response.add("Content-Type", "application/json");
  const std::string head = "Content-Type: application/http\nContent-Transfer-Encoding: binary\n";
  const std::string first = "--b\n" + head +
                            "Content-ID: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n"
                            "Content-Length: 2\n\n{}\n";
  const std::string conflict = head + "\nHTTP/1.1 409 Conflict\nContent-Length: 1\n\ny\n";
  const std::string last = "--b\n" + head + "\nHTTP/1.1 204 No Content\n\n\n--b--\n";
  EXPECT_EQ(write_multipart_batch(answers, "b", true), crlf(first + "--b\n" + conflict + last));
  EXPECT_EQ(write_multipart_batch(answers, "b", false),
            crlf(first + "--b\nContent-Type: multipart/mixed; boundary=changeset_b\n\n" +
                 "--changeset_b\n" + head +
                 "Content-ID: b\n\nHTTP/1.1 424 Failed Dependency\nContent-Length: 1\n\nx\n" +
                 "--changeset_b\n" + conflict + "--changeset_b--\n\n" + last));
}

}  // namespace
}  // namespace muster::graph
