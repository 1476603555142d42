#include "auth/key_set.h"

#include <gtest/gtest.h>

#include "auth/token_forge.h"

namespace muster::auth {
namespace {

using forge::Key;

const Key& rsa() {
  static const Key key = Key::rsa();
  return key;
}

base::Result<KeySet> parse(const std::string& keys) {
  return KeySet::parse(R"({"keys":[)" + keys + "]}");
}

// The set has this one key beside a good one, or only the good one.
bool is_taken(const std::string& jwk) {
  const auto set = parse(jwk + ',' + rsa().jwk("good"));
  EXPECT_TRUE(set) << jwk;
  return set && set->size() == 2;
}

TEST(KeySet, TakesRsaAndP256) {
  const Key ec = Key::ec();
  const auto set = parse(rsa().jwk("r", R"("use":"sig","alg":"RS256")") + ',' +
                         rsa().jwk("p", R"("alg":"PS256","key_ops":["verify"])") + ',' +
                         rsa().jwk("any") + ',' + ec.jwk("e", R"("x5t":"ignored")"));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 4U);
  EXPECT_EQ(set->candidates("r", Algorithm::kRs256).size(), 1U);
  EXPECT_TRUE(set->candidates("r", Algorithm::kPs256).empty()) << "alg binds the key";
  EXPECT_TRUE(set->candidates("p", Algorithm::kRs256).empty());
  EXPECT_EQ(set->candidates("p", Algorithm::kPs256).size(), 1U);
  EXPECT_EQ(set->candidates("any", Algorithm::kRs256).size(), 1U);
  EXPECT_EQ(set->candidates("any", Algorithm::kPs256).size(), 1U);
  EXPECT_TRUE(set->candidates("any", Algorithm::kEs256).empty());
  EXPECT_EQ(set->candidates("e", Algorithm::kEs256).size(), 1U);
  EXPECT_TRUE(set->candidates("e", Algorithm::kRs256).empty());
  EXPECT_TRUE(set->candidates("unknown", Algorithm::kRs256).empty());
}

TEST(KeySet, WithoutKidOnlyAnUnambiguousKeyCounts) {
  const Key ec = Key::ec();
  const auto set = parse(rsa().jwk("a") + ',' + rsa().jwk("b") + ',' + ec.jwk("e"));
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->candidates(std::nullopt, Algorithm::kRs256).empty());
  EXPECT_EQ(set->candidates(std::nullopt, Algorithm::kEs256).size(), 1U);
}

TEST(KeySet, SkipsKeysThatAreNotForVerifying) {
  EXPECT_TRUE(is_taken(rsa().jwk("x")));
  EXPECT_TRUE(is_taken(rsa().jwk("")));
  const char* bad[] = {
      R"("use":"enc")",      R"("use":1)",       R"("key_ops":["sign"])", R"("key_ops":"verify")",
      R"("key_ops":[])",     R"("alg":"RS512")", R"("alg":"HS256")",      R"("alg":"none")",
      R"("alg":"RSA-OAEP")", R"("alg":"ES256")", R"("alg":null)",         R"("d":"AQAB")",
  };
  for (const char* more : bad) EXPECT_FALSE(is_taken(rsa().jwk("x", more))) << more;
}

TEST(KeySet, SkipsUnsoundKeys) {
  const std::string n = base::base64url(rsa().number("n"));
  const auto with = [](const std::string& modulus, const std::string& e) {
    return R"({"kty":"RSA","kid":"x","n":")" + modulus + R"(","e":")" + e + R"("})";
  };
  EXPECT_TRUE(is_taken(with(n, "AQAB")));
  EXPECT_TRUE(is_taken(with(n, "Aw"))) << "3 is the least exponent";
  EXPECT_FALSE(is_taken(with(n, "AQ"))) << "1";
  EXPECT_FALSE(is_taken(with(n, "BA"))) << "even";
  EXPECT_FALSE(is_taken(with(n, "")));
  EXPECT_FALSE(is_taken(with(n, "AQABAQABAQABAQAB"))) << "over 64 bits";
  EXPECT_FALSE(is_taken(with(n + "=", "AQAB")));
  EXPECT_FALSE(is_taken(with("", "AQAB")));
  EXPECT_FALSE(is_taken(with(std::string(n.size() - 1, 'A') + 'A', "AQAB"))) << "zero";
  EXPECT_FALSE(is_taken(with(std::string(4000, '_'), "AQAB"))) << "over 8192 bits";
  EXPECT_FALSE(is_taken(Key::rsa(1024).jwk("x")));
  EXPECT_FALSE(is_taken(R"({"kty":"RSA","kid":"x","n":1,"e":"AQAB"})"));
  EXPECT_FALSE(is_taken(R"({"kty":"RSA","kid":"x"})"));
  EXPECT_FALSE(is_taken(R"({"kty":"oct","kid":"x","k":"AAAA"})"));
  EXPECT_FALSE(is_taken(R"({"kty":"OKP","kid":"x","crv":"Ed25519","x":"AAAA"})"));
  EXPECT_FALSE(is_taken(R"({"kty":1})"));
  EXPECT_FALSE(is_taken(R"("text")"));
  EXPECT_FALSE(is_taken("{}"));
}

TEST(KeySet, SkipsPointsThatAreNotOnTheCurve) {
  const Key ec = Key::ec();
  const std::string x = ec.number(OSSL_PKEY_PARAM_EC_PUB_X);
  std::string y = ec.number(OSSL_PKEY_PARAM_EC_PUB_Y);
  const auto with = [](const std::string& px, const std::string& py, const std::string& curve) {
    return R"({"kty":"EC","kid":"x","crv":")" + curve + R"(","x":")" + base::base64url(px) +
           R"(","y":")" + base::base64url(py) + R"("})";
  };
  EXPECT_TRUE(is_taken(with(x, y, "P-256")));
  EXPECT_FALSE(is_taken(with(x, y, "P-384")));
  EXPECT_FALSE(is_taken(with(x, y, "secp256k1")));
  EXPECT_FALSE(is_taken(with(x.substr(1), y, "P-256")));
  EXPECT_FALSE(is_taken(with('\0' + x, y, "P-256")));
  EXPECT_FALSE(is_taken(with(std::string(32, '\0'), std::string(32, '\0'), "P-256")));
  EXPECT_FALSE(is_taken(with(std::string(32, '\xFF'), y, "P-256")));
  y[31] = static_cast<char>(y[31] ^ 1);
  EXPECT_FALSE(is_taken(with(x, y, "P-256")));
  EXPECT_FALSE(is_taken(Key::ec("P-384").jwk("x"))) << "another curve under the name P-256";
}

TEST(KeySet, SkipsAwkwardIdentifiers) {
  EXPECT_FALSE(is_taken(rsa().jwk("", R"("kid":1)")));
  EXPECT_FALSE(is_taken(rsa().jwk("", R"("kid":"")")));
  EXPECT_FALSE(is_taken(rsa().jwk("", R"("kid":"a\"b")")));
  EXPECT_FALSE(is_taken(rsa().jwk("", R"("kid":"a\u0000b")")));
  EXPECT_FALSE(is_taken(rsa().jwk(std::string(257, 'k'))));
  EXPECT_TRUE(is_taken(rsa().jwk("../../etc/passwd' OR 1=1")));
}

TEST(KeySet, RefusesWhatIsNoSet) {
  const std::string key = rsa().jwk("a");
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"keys":{}})"),
        std::string(R"({"keys":[]})"), R"({"keys":[)" + key + "]",
        R"({"keys":[)" + key + R"(],"keys":[)" + key + "]}",
        R"({"keys":[{"kty":"oct","k":"AAAA"}]})" + std::string(),
        R"({"keys":[)" + rsa().jwk("a", R"("kid":"b")") + "]}"}) {
    EXPECT_FALSE(KeySet::parse(text)) << text;
  }
  EXPECT_TRUE(KeySet::parse(R"({"keys":[)" + key + R"(],"more":1})"));
  EXPECT_FALSE(KeySet::parse(R"({"keys":[)" + key + "]}" + std::string(600 * 1024, ' ')));
  std::string many = key;
  for (int i = 0; i < 100; ++i) many += ",{}";
  EXPECT_FALSE(parse(many));
}

TEST(KeySet, SeesLostKeys) {
  const auto both = parse(rsa().jwk("a") + ',' + rsa().jwk("b"));
  const auto one = parse(rsa().jwk("a"));
  ASSERT_TRUE(both && one);
  EXPECT_TRUE(one->is_within(*both));
  EXPECT_FALSE(both->is_within(*one));
  EXPECT_TRUE(KeySet().is_within(*one));
}

// RFC 7638 §3.1.
TEST(PublicKey, ThumbprintIsThatOfTheStandard) {
  const auto n = base::decode_base64(
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
      "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
      "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4"
      "vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw");
  ASSERT_TRUE(n);
  const auto key =
      PublicKey::from_rsa({}, *n, std::string_view("\x01\x00\x01", 3), Algorithm::kRs256);
  ASSERT_TRUE(key);
  EXPECT_EQ((*key)->kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

// RFC 7515 appendices A.2 and A.3.
TEST(PublicKey, VerifiesTheExamplesOfTheStandard) {
  const std::string input =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
      "LmNvbS9pc19yb290Ijp0cnVlfQ";
  const auto x = base::decode_base64("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  const auto y = base::decode_base64("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  const auto signature = base::decode_base64(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  const auto key = PublicKey::from_p256("a3", *x, *y);
  ASSERT_TRUE(key);
  EXPECT_TRUE((*key)->verifies(Algorithm::kEs256, input, *signature));
  EXPECT_FALSE((*key)->verifies(Algorithm::kEs256, input + "x", *signature));
  EXPECT_FALSE((*key)->verifies(Algorithm::kRs256, input, *signature));
  EXPECT_FALSE((*key)->verifies(Algorithm::kEs256, input, signature->substr(1)));
  EXPECT_FALSE((*key)->verifies(Algorithm::kEs256, input, ""));
}

TEST(PrivateKey, SurvivesPemAndSigns) {
  const auto made = PrivateKey::generate();
  ASSERT_TRUE(made);
  const auto read = PrivateKey::from_pem((*made)->pem());
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)->public_key()->jwk(), (*made)->public_key()->jwk());
  const auto signature = (*read)->sign_rs256("text");
  ASSERT_TRUE(signature);
  EXPECT_TRUE((*made)->public_key()->verifies(Algorithm::kRs256, "text", *signature));
  EXPECT_FALSE((*made)->public_key()->verifies(Algorithm::kPs256, "text", *signature));
  EXPECT_FALSE((*made)->public_key()->verifies(Algorithm::kRs256, "texT", *signature));
}

TEST(PrivateKey, RefusesOtherPem) {
  const auto pem_of = [](const Key& key) { return key.public_pem(); };
  EXPECT_FALSE(PrivateKey::from_pem(base::Secret("")));
  EXPECT_FALSE(PrivateKey::from_pem(base::Secret("-----BEGIN PRIVATE KEY-----\nAAAA\n")));
  EXPECT_FALSE(PrivateKey::from_pem(base::Secret(pem_of(rsa()))));
}

}  // namespace
}  // namespace muster::auth
