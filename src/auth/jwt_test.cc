#include "auth/jwt.h"

#include <gtest/gtest.h>

#include "auth/token_forge.h"

namespace muster::auth {
namespace {

std::string with_header(const std::string& header) {
  return forge::unsigned_part(header, R"({"a":1})") + ".c2ln";
}

TEST(Jwt, SignedTokensParse) {
  const auto key = PrivateKey::generate();
  ASSERT_TRUE(key);
  const auto token = sign_token(**key, {{"sub", "x"}, {"n", 1}});
  ASSERT_TRUE(token);
  const auto parsed = parse_token(*token);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->algorithm, Algorithm::kRs256);
  EXPECT_EQ(parsed->kid, (*key)->public_key()->kid());
  EXPECT_EQ(parsed->claims.at("sub").get_string(), "x");
  EXPECT_TRUE(
      (*key)->public_key()->verifies(parsed->algorithm, parsed->signing_input, parsed->signature));
}

TEST(Jwt, TakesTheUsualHeaders) {
  for (const char* header :
       {R"({"alg":"RS256"})", R"({"alg":"PS256","typ":"JWT"})", R"({"alg":"ES256","typ":"jwt"})",
        R"({"alg":"RS256","typ":"at+jwt"})", R"({"alg":"RS256","typ":"AT+JWT"})",
        R"({"alg":"RS256","typ":"application/at+jwt"})",
        R"({"alg":"RS256","kid":"k","x5t":"t","x5t#S256":"u","cty":"x","nonce":"n"})"}) {
    EXPECT_TRUE(parse_token(with_header(header))) << header;
  }
}

TEST(Jwt, RefusesOtherHeaders) {
  for (const char* header : {R"({})",
                             R"([])",
                             R"("RS256")",
                             R"({"alg":null})",
                             R"({"alg":["RS256"]})",
                             R"({"alg":""})",
                             R"({"alg":"none"})",
                             R"({"alg":"None"})",
                             R"({"alg":"NONE"})",
                             R"({"alg":"nOnE"})",
                             R"({"alg":"HS256"})",
                             R"({"alg":"HS512"})",
                             R"({"alg":"RS384"})",
                             R"({"alg":"RS512"})",
                             R"({"alg":"ES384"})",
                             R"({"alg":"ES256K"})",
                             R"({"alg":"EdDSA"})",
                             R"({"alg":"rs256"})",
                             R"({"alg":"RS256 "})",
                             R"({"alg":"RS256\u0000"})",
                             R"({"ALG":"RS256"})",
                             R"({"alg":"RS256","alg":"none"})",
                             R"({"alg":"none","alg":"RS256"})",
                             R"({"alg":"RS256","typ":"JWE"})",
                             R"({"alg":"RS256","typ":"id_token"})",
                             R"({"alg":"RS256","typ":1})",
                             R"({"alg":"RS256","typ":null})",
                             R"({"alg":"RS256","crit":[]})",
                             R"({"alg":"RS256","crit":["b64"],"b64":true})",
                             R"({"alg":"RS256","crit":["exp"]})",
                             R"({"alg":"RS256","b64":false})",
                             R"({"alg":"RS256","jku":"https://evil.example/jwks"})",
                             R"({"alg":"RS256","jwk":{}})",
                             R"({"alg":"RS256","x5u":"https://evil.example/cert"})",
                             R"({"alg":"RS256","x5c":[]})",
                             R"({"alg":"RS256","kid":1})",
                             R"({"alg":"RS256","kid":null})",
                             R"({"alg":"RS256","kid":""})",
                             R"({"alg":"RS256","kid":["a"]})",
                             R"({"alg":"RSA-OAEP","enc":"A256GCM"})",
                             R"({"alg":"RS256"} )"
                             "x",
                             R"({"alg":"RS256",})",
                             "",
                             " "}) {
    const auto parsed = parse_token(with_header(header));
    ASSERT_FALSE(parsed) << header;
    EXPECT_EQ(parsed.error().code, base::ErrorCode::kNotAuthenticated) << header;
  }
  EXPECT_FALSE(
      parse_token(with_header(R"({"alg":"RS256","kid":")" + std::string(257, 'k') + "\"}")));
}

TEST(Jwt, RefusesOtherShapes) {
  const std::string good = with_header(R"({"alg":"RS256"})");
  ASSERT_TRUE(parse_token(good));
  const std::string head = good.substr(0, good.find('.'));
  const std::string body = base::base64url(R"({"a":1})");
  for (const std::string& token : {std::string(),
                                   std::string("."),
                                   std::string(".."),
                                   std::string("..."),
                                   head,
                                   head + '.',
                                   head + '.' + body,
                                   head + '.' + body + '.',
                                   head + ".." + "c2ln",
                                   '.' + body + ".c2ln",
                                   good + '.',
                                   '.' + good,
                                   good + ".x",
                                   good + ".x.y",
                                   good + '=',
                                   good + " ",
                                   ' ' + good,
                                   good + '\n',
                                   head + "=." + body + ".c2ln",
                                   head + '.' + body + "=.c2ln",
                                   head + '.' + body + ".c2+/",
                                   head + '.' + base::base64url("[1]") + ".c2ln",
                                   head + '.' + base::base64url("text") + ".c2ln",
                                   head + '.' + base::base64url(R"({"a":1,"a":2})") + ".c2ln",
                                   head + '.' + base::base64url("{\"a\":\"\xFF\"}") + ".c2ln",
                                   head + '.' + base::base64url(good) + ".c2ln",
                                   std::string("undefined"),
                                   std::string("null"),
                                   std::string(20'000, 'A'),
                                   good + std::string(16 * 1024, 'A')}) {
    const auto parsed = parse_token(token);
    ASSERT_FALSE(parsed) << token;
    EXPECT_EQ(parsed.error().message, "CompactToken parsing failed with error code: 80049217");
  }
}

}  // namespace
}  // namespace muster::auth
