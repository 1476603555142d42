// Tokens as attackers make them, against the own issuer and an external one that both know good
// keys.
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/core_names.h>

#include "auth/token_forge.h"
#include "auth/verifier.h"
#include "base/random.h"

namespace muster::auth {
namespace {

using forge::Key;
using forge::kNow;
using forge::Members;
using forge::quoted;
using forge::text;
using forge::unsigned_part;

constexpr const char* kBase = "https://localhost:8443";

struct Keys {
  Key rs = Key::rsa();
  Key ps = Key::rsa();
  Key any = Key::rsa();
  Key ec = Key::ec();
  Key stranger = Key::rsa();
  Key strange_ec = Key::ec();
};

const Keys& keys() {
  static const Keys all;
  return all;
}

struct Attack {
  std::string name;
  std::string token;
};

class TokenAttacks : public ::testing::Test {
 protected:
  TokenAttacks() {
    const auto& k = keys();
    path_ = std::filesystem::temp_directory_path() / (base::random_uuid() + ".json");
    std::ofstream(path_) << R"({"keys":[)" << k.rs.jwk("rs", R"("alg":"RS256")") << ','
                         << k.ps.jwk("ps", R"("alg":"PS256")") << ',' << k.any.jwk("any") << ','
                         << k.ec.jwk("ec") << "]}";
    settings_.external_issuers = {{.name = "file",
                                   .issuer = forge::kIssuer,
                                   .jwks_file = path_.string(),
                                   .audiences = {forge::kAudience}}};
    own_ = *Issuer::create(settings_, store_, clock_);
    const auto stored = store_->load_all();
    own_key_ = std::make_unique<Key>(Key::from_pem((*stored)[0].private_pem.reveal()));
    own_kid_ = (*stored)[0].kid;
    verifier_ = *Verifier::create(
        settings_, own_,
        [](std::string_view tenant) -> base::Result<bool> { return tenant == forge::kTenant; },
        clock_);
    // The keys are read again at the start; afterwards unknown ones are refused at once.
    EXPECT_TRUE(accepts(rs_token(forge::good_claims())));
  }
  ~TokenAttacks() override {
    verifier_.reset();
    std::filesystem::remove(path_);
  }

  bool accepts(const std::string& token) {
    return forge::verdict_on(*verifier_, "Bearer " + token).ok();
  }

  static std::string rs_token(const Members& claims) {
    return forge::token(keys().rs, forge::header("RS256", "rs"), claims);
  }
  static std::string with_header(const std::string& header) {
    return forge::token(keys().rs, "RS256", header, text(forge::good_claims()));
  }
  static std::string with_payload(const std::string& payload) {
    return forge::token(keys().rs, "RS256", text(forge::header("RS256", "rs")), payload);
  }
  static std::string with_claim(const std::string& name, const std::string& value) {
    Members claims = forge::good_claims();
    claims[name] = value;
    return rs_token(claims);
  }
  static std::string ec_token(const std::string& signature) {
    return unsigned_part(text(forge::header("ES256", "ec")), text(forge::good_claims())) + '.' +
           base::base64url(signature);
  }

  Members own_claims() const {
    Members claims = forge::good_claims();
    claims["iss"] = quoted(std::string(kBase) + '/' + forge::kTenant + "/v2.0");
    claims["aud"] = quoted(kBase);
    return claims;
  }
  std::string own_token(const Members& claims) const {
    return forge::token(*own_key_, forge::header("RS256", own_kid_), claims);
  }
  std::string own_with(const std::string& name, const std::string& value) const {
    Members claims = own_claims();
    claims[name] = value;
    return own_token(claims);
  }

  // Each is refused with 401, or 403 for the personal tenant, and its text is not in the message.
  void expect_refused(const std::vector<Attack>& attacks) {
    for (const Attack& attack : attacks) {
      const Verdict verdict = forge::verdict_on(*verifier_, "Bearer " + attack.token);
      ASSERT_FALSE(verdict) << attack.name;
      EXPECT_EQ(verdict.error().status(), attack.name.starts_with("personal") ? 403 : 401)
          << attack.name << ": " << verdict.error().message;
      const std::string part = attack.token.substr(0, 24);
      if (part.size() == 24) {
        EXPECT_EQ(verdict.error().message.find(part), std::string::npos) << attack.name;
      }
    }
  }

  AuthSettings settings_;
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(kNow)};
  std::filesystem::path path_;
  std::shared_ptr<MemorySigningKeyStore> store_ = std::make_shared<MemorySigningKeyStore>();
  std::shared_ptr<Issuer> own_;
  std::unique_ptr<Key> own_key_;
  std::string own_kid_;
  std::unique_ptr<Verifier> verifier_;
};

// What the attacks vary is good before it is varied.
TEST_F(TokenAttacks, TheirStartingPointsAreGood) {
  const Members good = forge::good_claims();
  EXPECT_TRUE(accepts(rs_token(good)));
  EXPECT_TRUE(accepts(forge::token(keys().ps, forge::header("PS256", "ps"), good)));
  EXPECT_TRUE(accepts(forge::token(keys().any, forge::header("RS256", "any"), good)));
  EXPECT_TRUE(accepts(forge::token(keys().any, forge::header("PS256", "any"), good)));
  EXPECT_TRUE(accepts(forge::token(keys().ec, forge::header("ES256", "ec"), good)));
  EXPECT_TRUE(accepts(own_token(own_claims())));
  EXPECT_TRUE(accepts(with_header(text(forge::header("RS256", "rs")))));
  EXPECT_TRUE(accepts(with_payload(text(good))));
}

TEST_F(TokenAttacks, WithoutAnHonestSignature) {
  const std::string good = rs_token(forge::good_claims());
  const std::string head = good.substr(0, good.find('.'));
  const std::string body = good.substr(head.size() + 1, good.rfind('.') - head.size() - 1);
  const std::string tail = good.substr(good.rfind('.') + 1);
  const std::string claims = text(forge::good_claims());
  Members raised = forge::good_claims();
  raised["roles"] = R"(["DeviceManagementConfiguration.ReadWrite.All"])";
  std::vector<Attack> attacks = {
      {"empty signature", head + '.' + body + '.'},
      {"no signature part", head + '.' + body},
      {"truncated signature", good.substr(0, good.size() - 4)},
      {"one octet more", good + "AAAA"},
      {"signature of zeros", head + '.' + body + '.' + base::base64url(std::string(256, '\0'))},
      {"signature of ones", head + '.' + body + '.' + base::base64url(std::string(256, '\xFF'))},
      {"short signature", head + '.' + body + ".c2ln"},
      {"signature of another token",
       head + '.' + body + '.' + with_claim("sub", "\"x\"").substr(good.rfind('.') + 1)},
      {"payload swapped", head + '.' + base::base64url(text(raised)) + '.' + tail},
      {"header swapped",
       base::base64url(text(forge::header("RS256", "any"))) + '.' + body + '.' + tail},
      {"parts swapped", body + '.' + head + '.' + tail},
      {"stranger's key under a known kid",
       forge::token(keys().stranger, forge::header("RS256", "rs"), forge::good_claims())},
      {"stranger's curve key under a known kid",
       forge::token(keys().strange_ec, forge::header("ES256", "ec"), forge::good_claims())},
      {"another key of the set",
       forge::token(keys().any, forge::header("RS256", "rs"), forge::good_claims())},
      {"unknown kid", forge::token(keys().rs, forge::header("RS256", "new"), forge::good_claims())},
      {"own kid, external issuer",
       forge::token(keys().rs, forge::header("RS256", own_kid_), forge::good_claims())},
      {"external key, own issuer",
       forge::token(keys().rs, forge::header("RS256", "rs"), own_claims())},
      {"external key under the own kid",
       forge::token(keys().rs, forge::header("RS256", own_kid_), own_claims())},
      {"own key, external issuer", own_token(forge::good_claims())},
      {"no kid, several keys", with_header(R"({"alg":"RS256"})")},
      {"own token without kid",
       forge::token(*own_key_, "RS256", R"({"alg":"RS256"})", text(own_claims()))},
  };
  for (const char* alg : {"none", "None", "NONE", "nOnE", "", "HS256"}) {
    const std::string input = unsigned_part(text(forge::header(alg, "rs")), claims);
    attacks.push_back({std::string("alg ") + alg + ", empty signature", input + '.'});
    attacks.push_back({std::string("alg ") + alg + ", old signature", input + '.' + tail});
  }
  const std::string hmac_input = unsigned_part(text(forge::header("HS256", "rs")), claims);
  for (const std::string& secret : {keys().rs.public_pem(), std::string(), keys().rs.number("n"),
                                    std::string("rs"), keys().rs.jwk("rs")}) {
    attacks.push_back({"HS256 with public data",
                       hmac_input + '.' + base::base64url(base::hmac_sha256(secret, hmac_input))});
  }
  const std::string rs_input = unsigned_part(text(forge::header("RS256", "rs")), claims);
  attacks.push_back(
      {"RS256 with an HMAC",
       rs_input + '.' + base::base64url(base::hmac_sha256(keys().rs.public_pem(), rs_input))});
  expect_refused(attacks);
}

TEST_F(TokenAttacks, WithTheWrongAlgorithmForTheKey) {
  const Members good = forge::good_claims();
  const auto lie = [&](const Key& key, const char* really, const char* alg, const char* kid) {
    return forge::token(key, really, text(forge::header(alg, kid)), text(good));
  };
  expect_refused({
      {"PS256 under a key for RS256", lie(keys().rs, "PS256", "PS256", "rs")},
      {"RS256 under a key for PS256", lie(keys().ps, "RS256", "RS256", "ps")},
      {"RS256 signature called PS256", lie(keys().any, "RS256", "PS256", "any")},
      {"PS256 signature called RS256", lie(keys().any, "PS256", "RS256", "any")},
      {"RS256 header, curve key", lie(keys().ec, "ES256", "RS256", "ec")},
      {"ES256 header, RSA key", lie(keys().rs, "RS256", "ES256", "rs")},
      {"ES256 header, RSA kid, curve signature", lie(keys().ec, "ES256", "ES256", "rs")},
      {"RS512", lie(keys().any, "RS512", "RS512", "any")},
      {"RS512 called RS256", lie(keys().any, "RS512", "RS256", "any")},
      {"PS512 called PS256", lie(keys().any, "PS512", "PS256", "any")},
      {"own key with PS256",
       forge::token(*own_key_, "PS256", text(forge::header("PS256", own_kid_)),
                    text(own_claims()))},
  });
}

TEST_F(TokenAttacks, WithOddCurveSignatures) {
  const std::string input =
      unsigned_part(text(forge::header("ES256", "ec")), text(forge::good_claims()));
  const std::string der = keys().ec.sign("ES256-DER", input);
  const std::string raw = Key::raw(der);
  ASSERT_TRUE(accepts(ec_token(raw)));
  const std::string r = raw.substr(0, 32);
  const std::string s = raw.substr(32);
  const std::string zero(32, '\0');
  const std::string one = std::string(31, '\0') + '\x01';
  // The order of P-256 (SEC 2 §2.4.2), and the prime of its field.
  const std::string order =
      *base::decode_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const std::string prime =
      *base::decode_hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
  expect_refused({
      {"r and s zero", ec_token(zero + zero)},
      {"r zero", ec_token(zero + s)},
      {"s zero", ec_token(r + zero)},
      {"r and s one", ec_token(one + one)},
      {"r and s the order", ec_token(order + order)},
      {"r the order", ec_token(order + s)},
      {"s the order", ec_token(r + order)},
      {"r and s the prime", ec_token(prime + prime)},
      {"all ones", ec_token(std::string(64, '\xFF'))},
      {"r and s swapped", ec_token(s + r)},
      {"DER", ec_token(der)},
      {"with leading zeros", ec_token('\0' + r + '\0' + s)},
      {"with trailing zero", ec_token(raw + '\0')},
      {"63 octets", ec_token(raw.substr(1))},
      {"r alone", ec_token(r)},
      {"empty", ec_token("")},
      {"hexadecimal", ec_token(base::hex(raw))},
  });
}

TEST_F(TokenAttacks, WithTrickyHeaders) {
  const std::string stranger = keys().stranger.jwk("rs");
  const auto by_stranger = [&](const std::string& header) {
    return forge::token(keys().stranger, "RS256", header, text(forge::good_claims()));
  };
  expect_refused({
      {"jwk", by_stranger(R"({"alg":"RS256","kid":"rs","jwk":)" + stranger + '}')},
      {"jwk with a good signature",
       with_header(R"({"alg":"RS256","kid":"rs","jwk":)" + keys().rs.jwk("rs") + '}')},
      {"jku", by_stranger(R"({"alg":"RS256","kid":"rs","jku":"http://127.0.0.1:1/jwks"})")},
      {"jku file", by_stranger(R"({"alg":"RS256","kid":"rs","jku":"file:///etc/passwd"})")},
      {"x5u", by_stranger(R"({"alg":"RS256","kid":"rs","x5u":"http://127.0.0.1:1/c"})")},
      {"x5c", by_stranger(R"({"alg":"RS256","kid":"rs","x5c":["MIIB"]})")},
      {"crit empty", with_header(R"({"alg":"RS256","kid":"rs","crit":[]})")},
      {"crit unknown", with_header(R"({"alg":"RS256","kid":"rs","crit":["x"],"x":1})")},
      {"crit known", with_header(R"({"alg":"RS256","kid":"rs","crit":["alg"]})")},
      {"crit null", with_header(R"({"alg":"RS256","kid":"rs","crit":null})")},
      {"unencoded payload", with_header(R"({"alg":"RS256","kid":"rs","b64":false})")},
      {"alg twice", with_header(R"({"alg":"RS256","kid":"rs","alg":"RS256"})")},
      {"kid twice", with_header(R"({"alg":"RS256","kid":"rs","\u006bid":"any"})")},
      {"alg array", with_header(R"({"alg":["RS256"],"kid":"rs"})")},
      {"alg lower case", with_header(R"({"alg":"rs256","kid":"rs"})")},
      {"alg blank", with_header(R"({"alg":"RS256 ","kid":"rs"})")},
      {"alg NUL", with_header(R"({"alg":"RS256\u0000","kid":"rs"})")},
      {"alg full width", with_header("{\"alg\":\"\xEF\xBC\xB2S256\",\"kid\":\"rs\"}")},
      {"no alg", with_header(R"({"kid":"rs"})")},
      {"kid path", with_header(R"({"alg":"RS256","kid":"../../../../dev/null"})")},
      {"kid SQL", with_header(R"({"alg":"RS256","kid":"rs' OR '1'='1"})")},
      {"kid command", with_header(R"({"alg":"RS256","kid":"rs|id"})")},
      {"kid NUL", with_header(R"({"alg":"RS256","kid":"rs\u0000"})")},
      {"kid case", with_header(R"({"alg":"RS256","kid":"RS"})")},
      {"kid number", with_header(R"({"alg":"RS256","kid":0})")},
      {"kid object", with_header(R"({"alg":"RS256","kid":{"$ne":""}})")},
      {"kid long", with_header(R"({"alg":"RS256","kid":")" + std::string(5000, 'k') + "\"}")},
      {"typ JWE", with_header(R"({"alg":"RS256","kid":"rs","typ":"JWE"})")},
      {"typ logout", with_header(R"({"alg":"RS256","kid":"rs","typ":"logout+jwt"})")},
      {"typ number", with_header(R"({"alg":"RS256","kid":"rs","typ":1})")},
      {"comment", with_header(R"({"alg":"RS256",/**/"kid":"rs"})")},
      {"byte order mark", with_header("\xEF\xBB\xBF"
                                      R"({"alg":"RS256","kid":"rs"})")},
      {"trailing text", with_header(R"({"alg":"RS256","kid":"rs"}{})")},
      {"array", with_header(R"([{"alg":"RS256","kid":"rs"}])")},
      {"empty", with_header("")},
      {"bad UTF-8", with_header("{\"alg\":\"RS256\",\"kid\":\"rs\",\"x\":\"\xC3\"}")},
  });
  EXPECT_EQ(verifier_->counts().key_fetches, 1U) << "the file was read once, and nothing since";
}

TEST_F(TokenAttacks, WithBrokenShapes) {
  const std::string good = rs_token(forge::good_claims());
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  const auto insert = [&](std::size_t at, const std::string& what) {
    return std::string(good).insert(at, what);
  };
  std::string loose = good;  // 256 octets leave four unused bits in the last character
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  loose.back() = alphabet[alphabet.find(loose.back()) + 1];
  expect_refused({
      {"five parts", good + ".a.b"},
      {"four parts", good + ".a"},
      {"trailing dot", good + '.'},
      {"leading dot", '.' + good},
      {"two dots", insert(first, ".")},
      {"JSON serialisation", R"({"payload":"e30","signatures":[]})"},
      {"blank inside", insert(20, " ")},
      {"blank before dot", insert(second, " ")},
      {"line feed inside", insert(20, "\n")},
      {"tab at the end", good + '\t'},
      {"NUL at the end", good + '\0'},
      {"padding of the header", insert(first, "=")},
      {"padding of the payload", insert(second, "==")},
      {"padding of the signature", good + "=="},
      {"unused bits set", loose},
      {"percent-encoded dot", std::string(good).replace(first, 1, "%2E")},
      {"percent sign", insert(20, "%41")},
      {"quoted", '"' + good + '"'},
      {"full-width dot", std::string(good).replace(first, 1, "\xEF\xBC\x8E")},
      {"non-ASCII letter", insert(20, "\xC3\xA9")},
      {"standard alphabet", insert(20, "+/")},
      {"over 16 KiB", with_payload(R"({"x":")" + std::string(16 * 1024, 'x') + "\"}")},
      {"twice", good + good},
      {"two tokens", good + ',' + good},
      {"nested token", with_payload(good)},
      {"nested in quotes", with_payload(quoted(good))},
      {"payload array", with_payload("[]")},
      {"payload null", with_payload("null")},
      {"payload empty", with_payload("")},
      {"payload without end", with_payload(R"({"iss":"x")")},
      {"claims empty", with_payload("{}")},
      {"deep payload",
       with_payload(R"({"x":)" + std::string(100, '[') + std::string(100, ']') + '}')},
      {"dots only", ".."},
      {"undefined", "undefined"},
      {"null", "null"},
  });
}

TEST_F(TokenAttacks, WithLyingClaims) {
  const std::string good = text(forge::good_claims());
  const std::string members = good.substr(1, good.size() - 2);
  const std::string now = std::to_string(kNow);
  const auto twice = [&](const std::string& more) {
    return with_payload('{' + members + ',' + more + '}');
  };
  std::vector<Attack> attacks = {
      {"duplicate iss", twice(R"("iss":"https://issuer.example")")},
      {"duplicate roles", twice(R"("roles":["DeviceManagementConfiguration.ReadWrite.All"])")},
      {"duplicate exp", twice(R"("exp":99999999999)")},
      {"duplicate in escapes", twice(R"("\u0074id":")" + std::string(forge::kTenant) + '"')},
      {"expired", with_claim("exp", std::to_string(kNow - 60))},
      {"exp text", with_claim("exp", quoted(std::to_string(kNow + 600)))},
      {"exp fraction", with_claim("exp", std::to_string(kNow + 600) + ".5")},
      {"exp exponent", with_claim("exp", "1.8e9")},
      {"exp negative", with_claim("exp", "-1")},
      {"exp huge", with_claim("exp", "9223372036854775807")},
      {"exp beyond 64 bits", with_claim("exp", "18446744073709551616")},
      {"exp unsigned", with_claim("exp", "18446744073709551615")},
      {"exp null", with_claim("exp", "null")},
      {"exp array", with_claim("exp", "[1800000000]")},
      {"exp infinite", with_claim("exp", "1e999")},
      {"nbf later", with_claim("nbf", std::to_string(kNow + 61))},
      {"nbf text", with_claim("nbf", quoted(now))},
      {"nbf negative", with_claim("nbf", "-1")},
      {"iat text", with_claim("iat", R"("yesterday")")},
      {"iat object", with_claim("iat", "{}")},
      {"aud other", with_claim("aud", R"("api://other")")},
      {"aud empty", with_claim("aud", R"("")")},
      {"aud empty array", with_claim("aud", "[]")},
      {"aud others", with_claim("aud", R"(["api://other","x"])")},
      {"aud mixed", with_claim("aud", R"(["api://muster",{}])")},
      {"aud object", with_claim("aud", R"({"0":"api://muster"})")},
      {"aud prefix", with_claim("aud", R"("api://muster.evil")")},
      {"aud blank", with_claim("aud", R"("api://muster api://other")")},
      {"aud of Graph from an external issuer",
       with_claim("aud", R"("https://graph.microsoft.com")")},
      {"iss other", with_claim("iss", R"("https://evil.example")")},
      {"iss slash", with_claim("iss", R"("https://issuer.example/")")},
      {"iss case", with_claim("iss", R"("https://ISSUER.example")")},
      {"iss array", with_claim("iss", R"(["https://issuer.example"])")},
      {"iss NUL", with_claim("iss", R"("https://issuer.example\u0000")")},
      {"tid other", with_claim("tid", quoted(forge::kOtherTenant))},
      {"tid name", with_claim("tid", R"("contoso.example")")},
      {"tid array", with_claim("tid", R"([")" + std::string(forge::kTenant) + "\"]")},
      {"tid empty", with_claim("tid", R"("")")},
      {"tid SQL", with_claim("tid", R"("' OR 1=1 --")")},
      {"personal account", with_claim("tid", quoted("9188040d-6c67-4c5b-b112-36a304b66dad"))},
      {"scp array", with_claim("scp", R"(["DeviceManagementConfiguration.ReadWrite.All"])")},
      {"scp object", with_claim("scp", "{}")},
      {"roles text", with_claim("roles", R"("DeviceManagementConfiguration.ReadWrite.All")")},
      {"roles mixed", with_claim("roles", R"(["DeviceManagementConfiguration.Read.All",null])")},
      {"appid array", with_claim("appid", "[]")},
  };
  for (const char* name : {"exp", "aud", "iss", "tid"}) {
    Members claims = forge::good_claims();
    claims.erase(name);
    attacks.push_back({std::string("without ") + name, rs_token(claims)});
  }
  expect_refused(attacks);
}

TEST_F(TokenAttacks, WithTheOwnKeyAndLyingClaims) {
  const std::string tenant = forge::kTenant;
  const auto iss = [&](const std::string& value) { return own_with("iss", quoted(value)); };
  Members other = own_claims();
  other["tid"] = quoted(forge::kOtherTenant);
  other["iss"] = quoted(std::string(kBase) + '/' + forge::kOtherTenant + "/v2.0");
  Members personal = own_claims();
  personal["tid"] = quoted("9188040d-6c67-4c5b-b112-36a304b66dad");
  personal["iss"] = quoted(std::string(kBase) + "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0");
  expect_refused({
      {"iss without tenant", iss(std::string(kBase) + "/v2.0")},
      {"iss of another tenant", iss(std::string(kBase) + '/' + forge::kOtherTenant + "/v2.0")},
      {"iss v1", iss(std::string(kBase) + '/' + tenant + '/')},
      {"iss without version", iss(std::string(kBase) + '/' + tenant)},
      {"iss slash", iss(std::string(kBase) + '/' + tenant + "/v2.0/")},
      {"iss run together", iss(std::string(kBase) + tenant + "/v2.0")},
      {"iss bare", iss(tenant + "/v2.0")},
      {"iss empty", iss("")},
      {"tid of another tenant", own_with("tid", quoted(forge::kOtherTenant))},
      {"a tenant that does not exist", own_token(other)},
      {"personal tenant", own_token(personal)},
      {"aud other", own_with("aud", R"("https://other.example")")},
      {"aud other port", own_with("aud", R"("https://localhost:8444")")},
      {"aud plain http", own_with("aud", R"("http://localhost:8443")")},
      {"aud of the external issuer's", own_with("aud", quoted(forge::kAudience))},
      {"expired", own_with("exp", std::to_string(kNow - 60))},
  });
}

// A3: no change of a single octet of a good token is accepted; every place, several values.
TEST_F(TokenAttacks, WithOneOctetChanged) {
  const std::string tokens[] = {
      rs_token(forge::good_claims()),
      forge::token(keys().ec, forge::header("ES256", "ec"), forge::good_claims()),
      own_token(own_claims())};
  int tried = 0;
  for (const std::string& good : tokens) {
    ASSERT_TRUE(accepts(good));
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const char with : {'A', '_', '.', static_cast<char>(good[i] ^ 1)}) {
        if (good[i] == with) continue;
        std::string changed = good;
        changed[i] = with;
        ASSERT_FALSE(accepts(changed)) << "octet " << i << " to " << with;
        ++tried;
      }
      ASSERT_FALSE(accepts(std::string(good).erase(i, 1))) << "without octet " << i;
    }
  }
  EXPECT_GT(tried, 4000);
}

}  // namespace
}  // namespace muster::auth
