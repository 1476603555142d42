#include "auth/strict_json.h"

#include <gtest/gtest.h>

namespace muster::auth {
namespace {

TEST(StrictJson, TakesObjects) {
  const auto object = parse_object(R"( {"a":{"b":[1,-2,{"c":null}]},"t":"é\u00e9","n":1e3} )");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->size(), 3U);
  EXPECT_EQ(string_member(*object, "t"), "éé");
  EXPECT_TRUE(object->at("n").is_double());
  EXPECT_FALSE(string_member(*object, "n"));
  EXPECT_FALSE(string_member(*object, "absent"));
}

TEST(StrictJson, LongTextsComeInParts) {
  const std::string text(100'000, 'x');
  const auto object = parse_object("{\"" + text + "\":\"" + text + "\\n\"}");
  ASSERT_TRUE(object);
  EXPECT_EQ(string_member(*object, text), text + "\n");
}

TEST(StrictJson, RefusesEverythingElse) {
  const std::string_view bad[] = {
      "",
      "null",
      "[]",
      "\"x\"",
      "{",
      "{}{}",
      "{} x",
      "{\"a\":1,}",
      "{a:1}",
      "{'a':1}",
      "{\"a\":01}",
      "{\"a\":NaN}",
      "{\"a\":1}//",
      "/**/{}",
      "\xEF\xBB\xBF{}",
      "{\"a\":\"\xC0\xAF\"}",
      "{\"a\":\"\xED\xA0\x80\"}",
      "{\"a\":\"\\ud800\"}",
      "{\"a\":\"\n\"}",
  };
  for (const std::string_view text : bad) EXPECT_FALSE(parse_object(text)) << text;
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "{\"a\":";
  deep += "1" + std::string(40, '}');
  EXPECT_FALSE(parse_object(deep));
}

TEST(StrictJson, RefusesDuplicateMembersAtAnyDepth) {
  EXPECT_FALSE(parse_object(R"({"a":1,"a":1})"));
  EXPECT_FALSE(parse_object(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(parse_object(R"({"x":{"a":1,"a":2}})"));
  EXPECT_FALSE(parse_object(R"({"x":[{"a":{"b":1}},{"a":1,"b":2,"a":3}]})"));
  EXPECT_FALSE(parse_object(R"({"a":{"b":1},"a":{"b":1,"c":2}})"));
  EXPECT_TRUE(parse_object(R"({"a":1,"A":1,"x":{"a":1}})"));
}

TEST(StrictJson, Base64UrlIsCanonical) {
  EXPECT_EQ(decode_base64url("-_-_"), "\xFB\xFF\xBF");
  EXPECT_EQ(decode_base64url(""), "");
  EXPECT_EQ(decode_base64url("YQ"), "a");
  EXPECT_FALSE(decode_base64url("YR")) << "unused bits set";
  EXPECT_FALSE(decode_base64url("YQ=="));
  EXPECT_FALSE(decode_base64url("+/+/"));
  EXPECT_FALSE(decode_base64url("Y"));
  EXPECT_FALSE(decode_base64url("Y Q"));
  EXPECT_FALSE(decode_base64url("YQ\n"));
}

}  // namespace
}  // namespace muster::auth
