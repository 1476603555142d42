#include "pki/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"
#include "pki/asn1.h"
#include "pki/certificate_maker.h"
#include "pki/judge_fixture.h"
#include "pki/request_fixture.h"

namespace muster::pki {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string name_of(const std::vector<NameEntry>& entries) {
  RequestMaker maker;
  maker.subject.clear();
  for (const NameEntry& entry : entries) maker.subject.push_back(entry);
  return read_certificate_request(maker.make(), KeyPolicy{})->subject;
}

AuthorityMaterial material() {
  auto made = make_authority(plan_of_test(), now_of_test());
  EXPECT_TRUE(made);
  return *made;
}

TEST(CertificateTest, FactsAreThoseThatOpensslTells) {
  Judge judge;
  judge.run(
      "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout key.pem "
      "-subj '/O=Outer/O=Contoso/CN=phone' -set_serial 0x80ff -days 30 -outform DER -out a.cer "
      "-addext subjectAltName=DNS:a.test && openssl pkey -in key.pem -pubout -outform DER -out "
      "key.der");
  const auto facts = read_certificate(judge.read("a.cer"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->serial, "0080ff");
  EXPECT_EQ(facts->common_name, "phone");
  EXPECT_EQ(facts->organization, "Contoso");
  EXPECT_EQ(facts->key_hash, base::sha256(judge.read("key.der")));
  EXPECT_EQ(facts->not_after.unix_seconds() - facts->not_before.unix_seconds(), 30 * 86'400);
  EXPECT_THAT(facts->alternative_names.value_or(""), HasSubstr("a.test"));
}

TEST(CertificateTest, OneCertificateAndNothingElse) {
  const std::string der = material().root_certificate;
  EXPECT_TRUE(read_certificate(der));
  for (const std::string& wrong : {std::string(), std::string("junk"), der + '\0', der + der,
                                   der.substr(0, der.size() - 1), to_pem(der)}) {
    const auto read = read_certificate(wrong);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, base::ErrorCode::kBadRequest);
  }
}

TEST(CertificateTest, NamesAreComparedByMeaning) {
  const std::string name = name_of({{"O", "Contoso Ltd"}, {"CN", "Phone"}});
  EXPECT_TRUE(same_name(name, name));
  EXPECT_TRUE(same_name(name, name_of({{"O", "contoso  LTD "}, {"CN", "phone"}})));
  EXPECT_TRUE(same_name(name, name_of({{"O", "Contoso Ltd", V_ASN1_PRINTABLESTRING},
                                       {"CN", "Phone", V_ASN1_PRINTABLESTRING}})));
  EXPECT_FALSE(same_name(name, name_of({{"CN", "Phone"}, {"O", "Contoso Ltd"}})));
  EXPECT_FALSE(same_name(name, name_of({{"O", "Contoso Ltd"}})));
  EXPECT_FALSE(same_name(name, name_of({{"O", "ContosoLtd"}, {"CN", "Phone"}})));
  EXPECT_FALSE(same_name(name, "junk"));
  EXPECT_FALSE(same_name("junk", "junk"));
}

TEST(CertificateTest, CertsOnlyIsReadByOpenssl) {
  Judge judge;
  const AuthorityMaterial made = material();
  const auto message = certs_only({made.root_certificate, made.issuing_certificate});
  ASSERT_TRUE(message);
  judge.write("certs.p7", *message);
  EXPECT_EQ(
      judge.run(
          "openssl pkcs7 -inform DER -in certs.p7 -print_certs | grep -v '^subject\\|^issuer' | "
          "sed '/^$/d'"),
      to_pem(made.root_certificate) + to_pem(made.issuing_certificate));
  const std::string text = judge.run("openssl asn1parse -inform DER -in certs.p7");
  EXPECT_THAT(text, HasSubstr("pkcs7-signedData"));
  // RFC 5652 §5.2: of a message that holds nothing the content is absent.
  EXPECT_THAT(text, Not(HasSubstr("OCTET STRING      \n")));
  EXPECT_TRUE(certs_only({}));
  EXPECT_FALSE(certs_only({"junk"}));
  EXPECT_FALSE(certs_only({std::string()}));
}

TEST(CertificateTest, PemBothWays) {
  const AuthorityMaterial made = material();
  const std::string both =
      "a comment\n" + to_pem(made.root_certificate) + "\n" + to_pem(made.issuing_certificate);
  const auto read = certificates_in_pem(both);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (std::vector{made.root_certificate, made.issuing_certificate}));
  std::string broken = to_pem(made.issuing_certificate);
  broken[40] = '!';
  for (const std::string& wrong : {std::string(), std::string("junk"), made.root_certificate,
                                   to_pem(made.root_certificate) + broken}) {
    const auto refused = certificates_in_pem(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::kConfiguration);
  }
}

TEST(Asn1Test, SerialNumbersAsText) {
  for (const char* serial : {"00", "01", "7f", "0080", "4000112233445566778899aabbccddee"}) {
    EXPECT_EQ(serial_text(serial_number(serial).get()), serial);
  }
  for (const char* wrong : {"", "0", "x0", "0001", "ff80"}) {
    EXPECT_EQ(serial_number(wrong), nullptr) << wrong;
  }
}

TEST(Asn1Test, Der) {
  const auto is_der_hex = [](const char* hex) { return is_der(*base::decode_hex(hex)); };
  EXPECT_TRUE(is_der_hex("3003020105"));
  EXPECT_TRUE(is_der_hex("0500"));
  EXPECT_TRUE(is_der_hex("a003020105"));
  EXPECT_FALSE(is_der_hex("308103020105"));  // a length that is too long
  EXPECT_FALSE(
      is_der_hex("3080020105"
                 "0000"));                     // none
  EXPECT_FALSE(is_der_hex("3003020205"));      // ends early
  EXPECT_FALSE(is_der_hex("24050403616263"));  // a string in pieces
  EXPECT_FALSE(is_der_hex("30020000"));        // the end of a length that is none
  EXPECT_FALSE(is_der_hex("30022000"));
  EXPECT_FALSE(is_der_hex("1003020105"));  // a sequence that says it holds nothing
  EXPECT_FALSE(is_der_hex("1f0500"));      // a low tag in the long form
  std::string deep = "\x05";
  deep += '\0';
  for (int level = 0; level < 40; ++level) deep = RequestMaker::sequence(deep);
  EXPECT_FALSE(is_der(deep));
}

TEST(Asn1Test, DatesThatAreNone) {
  EXPECT_EQ(timestamp_of(asn1_time(now_of_test()).get()), now_of_test());
  EXPECT_TRUE(timestamp_of(TimePtr(ASN1_UTCTIME_new()).get()).is_none());
}

}  // namespace
}  // namespace muster::pki
