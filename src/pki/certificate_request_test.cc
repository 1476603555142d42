#include "pki/certificate_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "base/random.h"
#include "pki/judge_fixture.h"
#include "pki/request_fixture.h"

namespace muster::pki {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the request is told; empty if it is taken.
std::string refusal(const std::string& der, const KeyPolicy& policy = {}) {
  const auto read = read_certificate_request(der, policy);
  if (read) return {};
  EXPECT_EQ(read.error().code, base::ErrorCode::kBadRequest);
  return read.error().message;
}

std::string refusal_with(const NameEntry& entry) {
  RequestMaker maker;
  maker.subject = {entry};
  return refusal(maker.make());
}

TEST(CertificateRequestTest, ReadsWhatADeviceAsks) {
  RequestMaker maker;
  maker.subject = {{"CN", "phone"}, {"serialNumber", "R58N12ABCDE"}};
  maker.challenge_password = "binding";
  maker.device_facts = R"({"model":"Pixel"})";
  maker.alternative_names = "URI:urn:uuid:6d1f2c3e-0000-4000-8000-000000000001";
  maker.attestation_chain = {std::string("\x30\x00", 2), std::string("\x30\x03\x02\x01\x05", 5)};
  const auto request = read_certificate_request(maker.make(), KeyPolicy{});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->subject_serial_number, "R58N12ABCDE");
  EXPECT_EQ(request->challenge_password, "binding");
  EXPECT_EQ(request->device_facts, R"({"model":"Pixel"})");
  EXPECT_EQ(request->attestation_chain, maker.attestation_chain);
  ASSERT_TRUE(request->alternative_names);
  EXPECT_THAT(*request->alternative_names, HasSubstr("urn:uuid:6d1f2c3e"));
  EXPECT_EQ(request->public_key, der_of<i2d_PUBKEY>(maker.key.get()));
  EXPECT_EQ(request->key_hash, base::sha256(request->public_key));
}

TEST(CertificateRequestTest, NothingNeedsToBeAskedFor) {
  RequestMaker maker;
  maker.subject.clear();
  const auto request = read_certificate_request(maker.make(), KeyPolicy{});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->subject, std::string("\x30\x00", 2));
  EXPECT_FALSE(request->alternative_names || request->challenge_password || request->device_facts);
  EXPECT_THAT(request->attestation_chain, IsEmpty());
}

TEST(CertificateRequestTest, TheCommandLineOfOpensslIsUnderstood) {
  Judge judge;
  for (const char* key : {"ec -pkeyopt ec_paramgen_curve:P-256", "rsa:2048", "rsa:3072"}) {
    judge.run(std::string("openssl req -new -nodes -subj /CN=phone/serialNumber=42 -outform DER "
                          "-addext subjectAltName=DNS:phone.test -keyout key.pem -out request.der "
                          "-newkey ") +
              key);
    const auto request = read_certificate_request(judge.read("request.der"), KeyPolicy{});
    ASSERT_TRUE(request) << key << ": " << request.error().message;
    EXPECT_EQ(request->subject_serial_number, "42");
  }
}

TEST(CertificateRequestTest, OneRequestAndNothingElse) {
  const std::string der = RequestMaker{}.make();
  EXPECT_EQ(refusal(der), "");
  EXPECT_THAT(refusal(""), HasSubstr("not one certificate request"));
  EXPECT_THAT(refusal("junk"), HasSubstr("not one certificate request"));
  EXPECT_THAT(refusal(der + '\0'), HasSubstr("not one certificate request"));
  EXPECT_THAT(refusal(der + der), HasSubstr("not one certificate request"));
  EXPECT_THAT(refusal(std::string(kLongestRequest + 1, '0')), HasSubstr("too long"));
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_NE(refusal(der.substr(0, size)), "") << size;
  }
  const RequestPtr request = RequestMaker{}.unsigned_request();
  X509_REQ_set_version(request.get(), 2);
  const KeyPtr key = ec_key();
  X509_REQ_set_pubkey(request.get(), key.get());
  X509_REQ_sign(request.get(), key.get(), EVP_sha256());
  EXPECT_THAT(refusal(der_of<i2d_X509_REQ>(request.get())), HasSubstr("version"));
}

TEST(CertificateRequestTest, EveryChangedOctetIsRefused) {
  const std::string der = RequestMaker{}.make();
  for (std::size_t at = 0; at < der.size(); ++at) {
    std::string changed = der;
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
    EXPECT_NE(refusal(changed), "") << at;
  }
}

TEST(CertificateRequestTest, BerIsRefused) {
  // The same request with an outer length that is longer than it must be, and without one.
  const std::string der = RequestMaker{}.make();
  ASSERT_EQ(der.substr(0, 2), "\x30\x81") << "a length of one octet more";
  const std::string content = der.substr(3);
  EXPECT_THAT(refusal(std::string("\x30\x82\x00", 3) + der.substr(2, 1) + content),
              HasSubstr("in DER"));
  EXPECT_THAT(refusal("\x30\x80" + content + std::string(2, '\0')), HasSubstr("in DER"));
}

TEST(CertificateRequestTest, SignaturesByTheKeyItself) {
  RequestMaker maker;
  maker.signer = ec_key();
  EXPECT_THAT(refusal(maker.make()), HasSubstr("not signed with its own key"));
  maker.signer = rsa_key(2048);
  EXPECT_THAT(refusal(maker.make()), HasSubstr("not signed with its own key"));
}

TEST(CertificateRequestTest, SignaturesByDigest) {
  const KeyPtr rsa = rsa_key(2048);
  for (const EVP_MD* strong : {EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
    RequestMaker maker;
    maker.digest = strong;
    EXPECT_EQ(refusal(maker.make()), "");
    EVP_PKEY_up_ref(rsa.get());
    maker.key.reset(rsa.get());
    EXPECT_EQ(refusal(maker.make()), "");
  }
  for (const EVP_MD* weak : {EVP_md5(), EVP_sha1(), EVP_sha224(), EVP_ripemd160()}) {
    RequestMaker maker;
    maker.digest = weak;
    EVP_PKEY_up_ref(rsa.get());
    maker.key.reset(rsa.get());
    EXPECT_NE(refusal(maker.make()), "") << EVP_MD_get0_name(weak);
  }
  RequestMaker maker;
  maker.digest = EVP_sha1();
  EXPECT_THAT(refusal(maker.make()), HasSubstr("not signed with SHA-256"));
}

TEST(CertificateRequestTest, PssByItsParameters) {
  const auto signed_with = [](const EVP_MD* digest) {
    RequestMaker maker;
    maker.key = rsa_key(2048);
    const RequestPtr request = maker.unsigned_request();
    const base::Owner<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* settings = nullptr;
    EVP_DigestSignInit(context.get(), &settings, digest, nullptr, maker.key.get());
    EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
    X509_REQ_sign_ctx(request.get(), context.get());
    return der_of<i2d_X509_REQ>(request.get());
  };
  EXPECT_EQ(refusal(signed_with(EVP_sha256())), "");
  EXPECT_THAT(refusal(signed_with(EVP_sha1())), HasSubstr("not signed with SHA-256"));
}

TEST(CertificateRequestTest, Ed25519WhereItIsAllowed) {
  RequestMaker maker;
  maker.key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  maker.digest = nullptr;
  EXPECT_EQ(refusal(maker.make(), {{KeyType::kEd25519}, {}}), "");
  EXPECT_THAT(refusal(maker.make()), HasSubstr("not allowed"));
}

// OpenSSL makes no such names.
std::string refusal_with_type(int type) {
  RequestMaker maker;
  maker.subject = {{"CN", "abc", V_ASN1_UTF8STRING}};
  std::string der = maker.make();
  der[der.find(
      "\x0c\x03"
      "abc")] = static_cast<char>(type);
  return refusal(der);
}

TEST(CertificateRequestTest, NamesAreText) {
  const std::string kEuro = "\xe2\x82\xac";
  EXPECT_EQ(refusal_with({"CN", "device"}), "");
  EXPECT_EQ(refusal_with({"CN", kEuro}), "");
  EXPECT_EQ(refusal_with({"CN", std::string("\x20\xac", 2), V_ASN1_BMPSTRING}), "");
  EXPECT_THAT(refusal_with({"CN", std::string("evil\0.test", 10)}), HasSubstr("control"));
  EXPECT_THAT(refusal_with({"CN", std::string("\0\0\0a", 4), V_ASN1_BMPSTRING}),
              HasSubstr("control"));
  EXPECT_THAT(refusal_with({"CN", "a\nb"}), HasSubstr("control"));
  EXPECT_THAT(refusal_with({"O", "a\x7f"}), HasSubstr("control"));
  EXPECT_THAT(refusal_with({"O", "\xc2\x85"}), HasSubstr("control"));
  // Octets that are no characters of their type.
  EXPECT_NE(refusal_with({"CN", "\xff\xfe", V_ASN1_UTF8STRING}), "");
  EXPECT_NE(refusal_with({"CN", "\xed\xa0\x80", V_ASN1_UTF8STRING}), "");
  for (const int type : {V_ASN1_BMPSTRING, V_ASN1_OCTET_STRING, V_ASN1_INTEGER}) {
    EXPECT_THAT(refusal_with_type(type), HasSubstr("not one certificate request")) << type;
  }
}

std::string ascii(std::size_t count) {
  return std::string(count, 'a');
}
std::string euros(std::size_t count) {
  std::string out;
  for (std::size_t index = 0; index < count; ++index) out += "\xe2\x82\xac";
  return out;
}

TEST(CertificateRequestTest, CommonNamesAreOneOf64Characters) {
  // By type of string, for OpenSSL's own maker would not make longer ones.
  EXPECT_EQ(refusal_with({"CN", ascii(64), V_ASN1_UTF8STRING}), "");
  EXPECT_EQ(refusal_with({"CN", euros(64), V_ASN1_UTF8STRING}), "");
  EXPECT_THAT(refusal_with({"CN", ascii(65), V_ASN1_UTF8STRING}), HasSubstr("64 characters"));
  EXPECT_THAT(refusal_with({"CN", euros(65), V_ASN1_UTF8STRING}), HasSubstr("64 characters"));
  EXPECT_THAT(refusal_with({"CN", ascii(65), V_ASN1_PRINTABLESTRING}), HasSubstr("64 characters"));
  RequestMaker maker;
  maker.subject = {{"CN", "one"}, {"CN", "two"}};
  EXPECT_THAT(refusal(maker.make()), HasSubstr("two common names"));
  maker.subject = {{"serialNumber", "1"}, {"CN", "a"}, {"serialNumber", "2"}};
  EXPECT_THAT(refusal(maker.make()), HasSubstr("two serial numbers"));
}

struct Attribute {
  std::string oid;
  int type;
  std::string value;
};

std::string refusal_with(const std::vector<Attribute>& attributes) {
  RequestMaker maker;
  for (const Attribute& one : attributes) {
    maker.attributes.push_back({one.oid, {one.type, one.value}});
  }
  return refusal(maker.make());
}

const std::string kChallenge = "1.2.840.113549.1.9.7";
const std::string kExtensions = "1.2.840.113549.1.9.14";

TEST(CertificateRequestTest, AttributesHaveTheirForm) {
  EXPECT_THAT(refusal_with({{kDeviceFactsOid, V_ASN1_PRINTABLESTRING, "{}"}}),
              HasSubstr("no UTF8String"));
  EXPECT_THAT(refusal_with({{kDeviceFactsOid, V_ASN1_UTF8STRING, "\xff"}}),
              HasSubstr("no UTF8String"));
  EXPECT_THAT(refusal_with({{kChallenge, V_ASN1_OCTET_STRING, "secret"}}), HasSubstr("no text"));
  EXPECT_EQ(refusal_with({{kChallenge, V_ASN1_PRINTABLESTRING, "secret"}}), "");
  EXPECT_THAT(refusal_with({{kKeyAttestationOid, V_ASN1_OCTET_STRING, "x"}}),
              HasSubstr("no list of certificates"));
  EXPECT_THAT(
      refusal_with({{kKeyAttestationOid, V_ASN1_SEQUENCE, RequestMaker::sequence("\x02\x01\x05")}}),
      HasSubstr("no list of certificates"));
  EXPECT_THAT(refusal_with({{kKeyAttestationOid, V_ASN1_SEQUENCE, RequestMaker::sequence("")}}),
              HasSubstr("no list of certificates"));
  EXPECT_THAT(refusal_with({{kExtensions, V_ASN1_OCTET_STRING, "x"}}), HasSubstr("malformed"));
  EXPECT_THAT(
      refusal_with({{kExtensions, V_ASN1_SEQUENCE, RequestMaker::sequence("\x02\x01\x05")}}),
      HasSubstr("malformed"));
  EXPECT_EQ(refusal_with({{"1.2.3.4", V_ASN1_OCTET_STRING, "unknown"}}), "");
}

// The request with other octets in a place, signed anew: for what OpenSSL does not make.
std::string with_replaced(const RequestMaker& maker, const std::string& from,
                          const std::string& to) {
  std::string der = maker.make();
  const std::size_t at = der.find(from);
  EXPECT_NE(at, std::string::npos);
  der.replace(at, from.size(), to);
  const auto request = from_der<RequestPtr, d2i_X509_REQ>(der);
  EXPECT_NE(request, nullptr);
  i2d_re_X509_REQ_tbs(request.get(), nullptr);
  X509_REQ_sign(request.get(), maker.key.get(), EVP_sha256());
  return der_of<i2d_X509_REQ>(request.get());
}

std::string oid_der(const std::string& text) {
  const base::Owner<ASN1_OBJECT, ASN1_OBJECT_free> object(OBJ_txt2obj(text.c_str(), 1));
  return der_of<i2d_ASN1_OBJECT>(object.get());
}

TEST(CertificateRequestTest, ChallengesAreText) {
  RequestMaker maker;
  maker.challenge_password = "";
  EXPECT_EQ(refusal(maker.make()), "");
  const std::string set_of_text("\x31\x02\x0c\x00", 4);
  for (const char type : {'\x05', '\x04', '\x30'}) {
    EXPECT_THAT(refusal(with_replaced(maker, set_of_text, {0x31, 2, type, 0})),
                HasSubstr("no text"))
        << int{type};
  }
}

TEST(CertificateRequestTest, NoAttributeTwice) {
  RequestMaker maker;
  maker.challenge_password = "one";
  maker.attributes.push_back({"1.2.840.113549.1.9.8", {V_ASN1_UTF8STRING, "two"}});
  EXPECT_EQ(refusal(maker.make()), "");
  EXPECT_THAT(refusal(with_replaced(maker, oid_der("1.2.840.113549.1.9.8"), oid_der(kChallenge))),
              HasSubstr("twice"));
}

TEST(CertificateRequestTest, AttributesHaveOneValue) {
  RequestMaker maker;
  const RequestPtr request = maker.unsigned_request();
  X509_ATTRIBUTE* attribute = X509_ATTRIBUTE_create_by_txt(nullptr, kChallenge.c_str(),
                                                           V_ASN1_UTF8STRING, octets("one"), 3);
  X509_ATTRIBUTE_set1_data(attribute, V_ASN1_UTF8STRING, "two", 3);
  X509_REQ_add1_attr(request.get(), attribute);
  X509_ATTRIBUTE_free(attribute);
  X509_REQ_sign(request.get(), maker.key.get(), EVP_sha256());
  EXPECT_THAT(refusal(der_of<i2d_X509_REQ>(request.get())), HasSubstr("one value"));
}

TEST(CertificateRequestTest, NoExtensionTwice) {
  RequestMaker maker;
  maker.extensions = {{"subjectAltName", "DNS:a.test"}, {"subjectAltName", "DNS:b.test"}};
  EXPECT_THAT(refusal(maker.make()), HasSubstr("twice"));
  maker.extensions = {{"keyUsage", "digitalSignature"}, {"keyUsage", "keyCertSign"}};
  EXPECT_THAT(refusal(maker.make()), HasSubstr("twice"));
}

TEST(CertificateRequestTest, AlternativeNamesAreGeneralNames) {
  RequestMaker maker;
  maker.extensions = {{"2.5.29.17", "DER:0500"}};
  EXPECT_THAT(refusal(maker.make()), HasSubstr("subjectAltName"));
  maker.extensions = {{"2.5.29.17",
                       "DER:3080820161"
                       "0000"}};  // indefinite length
  EXPECT_THAT(refusal(maker.make()), HasSubstr("subjectAltName"));
}

}  // namespace
}  // namespace muster::pki
