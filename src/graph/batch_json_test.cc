#include "graph/batch_json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace muster::graph {
namespace {

namespace json = boost::json;

std::string batch_of(const std::string& items) {
  return R"({"requests":[)" + items + "]}";
}
std::string item(const std::string& more, const std::string& method = "POST") {
  return R"({"id":"1","method":")" + method + R"(","url":"x")" + (more.empty() ? "" : "," + more) +
         "}";
}
BatchItem read_one(const std::string& text) {
  auto batch = read_json_batch(batch_of(text));
  EXPECT_TRUE(batch) << (batch ? "" : batch.error().message);
  return batch ? batch->items.at(0) : BatchItem();
}

TEST(BatchJson, TakesEveryMember) {
  const auto batch = read_json_batch(R"({"@context":1,"requests":[
    {"id":"a-1","method":"pOsT","url":"/x","headers":{"content-TYPE":"application/json","X":" y "},
     "body":{"n":3.0, "s":"]}"}, "atomicityGroup":"g","dependsOn":null,"@x":1},
    {"id":"2","method":"get","url":"$a-1","dependsOn":["g","g"],"body":null,"headers":null}]})");
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->items.size(), 2U);
  const BatchItem& first = batch->items[0];
  EXPECT_FALSE(first.refusal);
  EXPECT_EQ(first.method, "POST");
  EXPECT_EQ(first.body, R"({"n":3.0, "s":"]}"})");
  EXPECT_EQ(first.headers.get("x"), "y");
  EXPECT_EQ(first.group, "g");
  EXPECT_EQ(batch->items[1].depends_on, std::vector<std::string>{"g"});
  EXPECT_FALSE(batch->items[1].refusal);
}

TEST(BatchJson, ReadsBodiesByTheirType) {
  const auto with = [](const std::string& type, const std::string& body) {
    return read_one(item((type.empty() ? "" : R"("headers":{"Content-Type":")" + type + R"("},)") +
                         R"("body":)" + body));
  };
  EXPECT_EQ(with("application/json;charset=utf-8", "[1]").body, "[1]");
  EXPECT_EQ(with("text/plain", R"("a\u00e9")").body, "a\u00e9");
  EXPECT_EQ(with("image/png", R"("-_-_")").body, "\xfb\xff\xbf");
  // Without a type: JSON, or base64 of it.
  EXPECT_EQ(with("", "{}").headers.get("Content-Type"), "application/json");
  EXPECT_EQ(with("", R"("e30=")").body, "{}");
  for (const auto& [type, body] :
       {std::pair("image/png", "{}"), std::pair("text/plain", "1"), std::pair("", R"("***")")}) {
    const BatchItem wrong = with(type, body);
    ASSERT_TRUE(wrong.refusal) << type;
    EXPECT_EQ(wrong.refusal->target, "body");
  }
  for (const std::string method : {"get", "DELETE", "head"}) {
    EXPECT_EQ(read_one(item(R"("body":{})", method)).refusal->target, "body") << method;
  }
}

TEST(BatchJson, WhatOneRequestHoldsIsItsOwnFault) {
  for (const auto& [more, target] :
       {std::pair(R"("headers":{"a b":"c"})", "headers"),
        std::pair(R"("headers":{"a":"b\r\nc: d"})", "headers"),
        std::pair(R"("headers":{"a":1})", "headers"), std::pair(R"("if":"$1 eq 1")", "if"),
        std::pair(R"("headers":{"Content-Encoding":"gzip"})", "Content-Encoding")}) {
    const BatchItem wrong = read_one(item(more));
    ASSERT_TRUE(wrong.refusal) << more;
    EXPECT_EQ(wrong.refusal->target, target);
  }
  EXPECT_EQ(read_one(item("", "G T")).refusal->target, "method");
  EXPECT_EQ(read_one(item(R"("if":"true")")).refusal->status(), 424);
}

TEST(BatchJson, WhatHasNotTheShapeOfABatchIsRefusedAsAWhole) {
  const std::string a = R"({"id":"a","method":"GET","url":"x")";
  const std::string b = R"({"id":"b","method":"GET","url":"x")";
  for (const std::string& text :
       {std::string(),
        std::string("[]"),
        std::string("{}"),
        std::string(R"({"requests":{}})"),
        std::string(R"({"requests":[],"requests":[]})"),
        std::string(R"({"requests":[],"x":1})"),
        batch_of("1"),
        batch_of(R"({"method":"GET","url":"x"})"),
        batch_of(R"({"id":1,"method":"GET","url":"x"})"),
        batch_of(R"({"id":"","method":"GET","url":"x"})"),
        batch_of(R"({"id":"a b","method":"GET","url":"x"})"),
        batch_of(R"({"id":"a","url":"x"})"),
        batch_of(R"({"id":"a","method":"GET"})"),
        batch_of(R"({"id":"a","method":1,"url":"x"})"),
        batch_of(R"({"id":"a","id":"a","method":"GET","url":"x"})"),
        batch_of(a + "}," + a + "}"),
        batch_of(a + R"(,"dependson":[]})"),
        batch_of(a + R"(,"headers":[]})"),
        batch_of(a + R"(,"dependsOn":"a"})"),
        batch_of(a + R"(,"dependsOn":[1]})"),
        batch_of(a + R"(,"dependsOn":["a"]})"),
        batch_of(a + R"(,"dependsOn":["b"]},)" + b + "}"),
        batch_of(a + R"(,"atomicityGroup":"b"},)" + b + "}"),
        batch_of(a + R"(,"atomicityGroup":""})"),
        batch_of(a + R"(,"atomicityGroup":"g"},)" + b + R"(,"dependsOn":["a"]})"),
        batch_of(a + R"(,"atomicityGroup":"g"},)" + b + R"(},{"id":"c","method":"GET","url":"x",)" +
                 R"("atomicityGroup":"g"})")}) {
    const auto batch = read_json_batch(text);
    ASSERT_FALSE(batch) << text;
    EXPECT_EQ(batch.error().status(), 400) << text;
  }
}

TEST(BatchJson, TwentyRequestsAreTheLimit) {
  std::string items;
  for (int i = 0; i < 20; ++i) {
    items +=
        (i == 0 ? "" : ",") + (R"({"id":")" + std::to_string(i) + R"(","method":"GET","url":"x"})");
  }
  EXPECT_EQ(read_json_batch(batch_of(items))->items.size(), 20U);
  const auto more = read_json_batch(batch_of(items + R"(,{"id":"20","method":"GET","url":"x"})"));
  ASSERT_FALSE(more);
  EXPECT_NE(more.error().message.find("20"), std::string::npos);
}

TEST(BatchJson, WritesEachKindOfBody) {
  std::vector<BatchAnswer> answers(4);
  answers[0] = {"a", "g", {.status = 200, .body = R"({"x":1})"}};
  answers[0].response.add("Content-Type", "application/json;odata.metadata=minimal");
  answers[0].response.add("Vary", "Accept");
  answers[0].response.add("vary", "Origin");
  answers[1] = {"", "", {.status = 204}};
  answers[1].response.add("Content-Type", "application/json");
  answers[2] = {"2", "", {.status = 200, .body = "5\"\n"}};
  answers[2].response.add("Content-Type", "text/plain");
  answers[3] = {"c", "", {.status = 200, .body = "\xfb\xff\xbf"}};
  answers[3].response.add("Content-Type", "image/png");
  const json::value expected = json::parse(R"({"responses":[
    {"id":"a","atomicityGroup":"g","status":200,
     "headers":{"Content-Type":"application/json;odata.metadata=minimal","Vary":"Accept, Origin"},
     "body":{"x":1}},
    {"id":"2_","status":204,"headers":{}},
    {"id":"2","status":200,"headers":{"Content-Type":"text/plain"},"body":"5\"\n"},
    {"id":"c","status":200,"headers":{"Content-Type":"image/png"},"body":"+/+/"}]})");
  EXPECT_EQ(json::parse(write_json_batch(answers)), expected);
  EXPECT_EQ(write_json_batch({}), R"({"responses":[]})");
}

}  // namespace
}  // namespace muster::graph
