#include "auth/form.h"

#include <gtest/gtest.h>

#include "auth/client_authentication.h"
#include "base/encoding.h"

namespace muster::auth {
namespace {

TEST(Form, DecodesValues) {
  const auto form = Form::parse("a=1%2B2+3&scope=https%3A%2F%2Fh%3A8443%2F.default&&b&c=&d=x=y");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("a"), "1+2 3");
  EXPECT_EQ(form->get("scope"), "https://h:8443/.default");
  EXPECT_EQ(form->get("b"), "");
  EXPECT_EQ(form->get("c"), "");
  EXPECT_EQ(form->get("d"), "x=y");
  EXPECT_EQ(form->get("nothing"), "");
}

TEST(Form, UnderstandsABodyThatIsNotEncoded) {
  const auto form = Form::parse("grant_type=client_credentials&scope=https://h:1/.default");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("scope"), "https://h:1/.default");
}

TEST(Form, RemembersRepetition) {
  const auto form = Form::parse("a=1&b=2&a=1&c=&c=3");
  ASSERT_TRUE(form);
  EXPECT_TRUE(form->is_repeated("a"));
  EXPECT_FALSE(form->is_repeated("b"));
  EXPECT_FALSE(form->is_repeated("c")) << "without a value a parameter counts as absent";
}

TEST(Form, RefusesWhatIsBrokenOrTooLarge) {
  EXPECT_FALSE(Form::parse("a=%"));
  EXPECT_FALSE(Form::parse("a=%4"));
  EXPECT_FALSE(Form::parse("%zz=1"));
  EXPECT_FALSE(Form::parse("a=" + std::string(65 * 1024, 'x')));
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a" + std::to_string(i) + "=1&";
  EXPECT_FALSE(Form::parse(many));
  EXPECT_TRUE(Form::parse(""));
}

PresentedClient presented(const std::string& authorization, const std::string& body) {
  return read_client(authorization, *Form::parse(body));
}

TEST(ClientAuthentication, ByForm) {
  const auto client = presented("", "client_id=ABC&client_secret=s%2B");
  ASSERT_EQ(client.readings.size(), 1U);
  EXPECT_EQ(client.client_id, "abc");
  EXPECT_EQ(client.readings[0].secret.reveal(), "s+");
  EXPECT_FALSE(client.by_header);
  EXPECT_FALSE(client.contradictory);
}

TEST(ClientAuthentication, ByHeaderRawAndDecoded) {
  const auto client = presented("bASIC  " + base::base64("Abc:s%2B:x"), "");
  ASSERT_EQ(client.readings.size(), 2U);
  EXPECT_TRUE(client.by_header);
  EXPECT_EQ(client.client_id, "abc");
  EXPECT_EQ(client.readings[0].secret.reveal(), "s%2B:x");
  EXPECT_EQ(client.readings[1].secret.reveal(), "s+:x");
  EXPECT_EQ(presented("Basic " + base::base64("abc:plain"), "").readings.size(), 1U);
  EXPECT_EQ(presented("Basic " + base::base64("abc:bad%"), "").readings.size(), 1U);
}

TEST(ClientAuthentication, HeaderThatPresentsNothing) {
  for (const std::string& header :
       {std::string("Basic "), std::string("Basic !!!"), "Basic " + base::base64("no colon")}) {
    const auto client = presented(header, "");
    EXPECT_TRUE(client.by_header) << header;
    EXPECT_TRUE(client.readings.empty()) << header;
  }
  EXPECT_FALSE(presented("Bearer x", "client_id=a&client_secret=b").by_header);
}

TEST(ClientAuthentication, TwoMethodsContradict) {
  const std::string basic = "Basic " + base::base64("abc:s");
  EXPECT_TRUE(presented(basic, "client_secret=s").contradictory);
  EXPECT_TRUE(presented(basic, "client_id=other").contradictory);
  EXPECT_FALSE(presented(basic, "client_id=ABC").contradictory);
  EXPECT_TRUE(presented("", "client_id=a").readings.empty());
}

}  // namespace
}  // namespace muster::auth
