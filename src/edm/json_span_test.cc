#include "edm/json_span.h"

#include <gtest/gtest.h>

namespace muster::edm {
namespace {

using Kind = JsonSpan::Kind;

TEST(JsonSpan, GivesEachValueAsItStands) {
  const std::string text =
      R"( {"a" : 3.0e0 , "b\u00e9":[ {"x":"]}\"" } ,null, true,[]],"c":"q\\" } )";
  const auto object = JsonSpan::parse(text);
  ASSERT_TRUE(object);
  ASSERT_EQ(object->kind(), Kind::kObject);
  const auto members = object->members();
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 3U);
  EXPECT_EQ((*members)[0].first, "a");
  EXPECT_EQ((*members)[0].second.kind(), Kind::kNumber);
  EXPECT_EQ((*members)[0].second.raw(), "3.0e0");
  EXPECT_EQ((*members)[1].first, "b\u00e9");
  const auto elements = (*members)[1].second.elements();
  ASSERT_EQ(elements.size(), 4U);
  EXPECT_EQ(elements[0].raw(), R"({"x":"]}\"" })");
  EXPECT_EQ(elements[1].kind(), Kind::kNull);
  EXPECT_EQ(elements[2].kind(), Kind::kBoolean);
  EXPECT_TRUE(elements[3].elements().empty());
  EXPECT_EQ((*members)[2].second.text(), "q\\");
}

TEST(JsonSpan, RefusesWhatIsNotJson) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{} x"), std::string("{'a':1}"),
        std::string("{\"a\":1,}"), std::string("\"\xff\""), std::string("\"\\ud800\""),
        std::string(129, '[') + std::string(129, ']'), std::string(100'000, '[')}) {
    const auto span = JsonSpan::parse(text);
    ASSERT_FALSE(span) << text.substr(0, 20);
    EXPECT_EQ(span.error().code, base::ErrorCode::kMalformedJson);
  }
  const auto twice = JsonSpan::parse(R"({"a":1,"\u0061":2})")->members();
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("'a' twice"), std::string::npos);
  EXPECT_TRUE(JsonSpan::parse("{}")->members()->empty());
}

}  // namespace
}  // namespace muster::edm
