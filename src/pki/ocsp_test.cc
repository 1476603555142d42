#include "pki/ocsp.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ocsp.h>

#include "pki/asn1.h"
#include "pki/authority_impl.h"
#include "pki/judge_fixture.h"
#include "pki/request_fixture.h"

namespace muster::pki {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kHour{3600};

class OcspTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = make_authority(plan_of_test(), now_of_test());
    ASSERT_TRUE(made);
    add(*made);
    auto next = succeed_authority(plan_of_test(), *made, now_of_test());
    ASSERT_TRUE(next);
    add(*next);
  }

  void add(const AuthorityMaterial& material) {
    auto loaded = Authority::load(material, plan_of_test().pki_url);
    ASSERT_TRUE(loaded);
    const std::string name = std::to_string(material.generation);
    judge_.write("root" + name + ".pem", to_pem(material.root_certificate));
    judge_.write("issuing" + name + ".pem", to_pem(material.issuing_certificate));
    authorities_.push_back(*loaded);
  }

  IssuedCertificate issue(const Authority& authority, const std::string& file) {
    const auto request = read_certificate_request(RequestMaker{}.make(), KeyPolicy{});
    auto issued = authority.issue(*request, device_of_test());
    EXPECT_TRUE(issued);
    judge_.write(file, to_pem(issued->der));
    return *issued;
  }

  // A request as the command line makes it.
  std::string ask(const std::string& arguments) {
    judge_.run("openssl ocsp -reqout request.der " + arguments);
    return judge_.read("request.der");
  }

  std::string answer(const std::string& request) {
    auto der = answer_ocsp(
        request, authorities_,
        [this](const Authority&, std::string_view serial) -> base::Result<CertificateStatus> {
          const auto known = known_.find(std::string(serial));
          return known == known_.end() ? CertificateStatus{} : known->second;
        },
        now_of_test(), kHour);
    EXPECT_TRUE(der);
    return der ? *der : std::string();
  }

  static int status_of(const std::string& response) {
    const auto read =
        from_der<base::Owner<OCSP_RESPONSE, OCSP_RESPONSE_free>, d2i_OCSP_RESPONSE>(response);
    return read == nullptr ? -1 : OCSP_response_status(read.get());
  }

  std::string judged(const std::string& response, const std::string& arguments) {
    judge_.write("response.der", response);
    return judge_.run("openssl ocsp -respin response.der -attime " +
                      std::to_string(now_of_test().unix_seconds()) + " -resp_text " + arguments);
  }

  Judge judge_;
  std::vector<std::shared_ptr<const Authority>> authorities_;
  std::map<std::string, CertificateStatus> known_;
};

TEST_F(OcspTest, OpensslReadsAnswers) {
  const auto good = issue(*authorities_[0], "good.pem");
  const auto revoked = issue(*authorities_[0], "revoked.pem");
  issue(*authorities_[0], "unknown.pem");
  known_[good.serial].kind = CertificateStatus::Kind::kGood;
  known_[revoked.serial] = {CertificateStatus::Kind::kRevoked,
                            {revoked.serial, now_of_test(), RevocationReason::kSuperseded}};
  for (const char* digest : {"-sha1", "-sha256"}) {
    const std::string question = std::string(digest) +
                                 " -issuer issuing1.pem -cert good.pem -cert revoked.pem "
                                 "-cert unknown.pem -nonce";
    const std::string response = answer(ask(question));
    // The nonce is in the request file alone: the judge compares it when it reads both.
    const std::string text = judged(response,
                                    "-reqin request.der -issuer issuing1.pem -CAfile root1.pem "
                                    "-verify_other issuing1.pem");
    EXPECT_THAT(text, HasSubstr("Response verify OK"));
    EXPECT_THAT(text, Not(HasSubstr("WARNING: no nonce")));
    EXPECT_THAT(text, HasSubstr("Cert Status: good"));
    EXPECT_THAT(text, HasSubstr("Cert Status: revoked"));
    EXPECT_THAT(text, HasSubstr("Revocation Reason: superseded"));
    EXPECT_THAT(text, HasSubstr("Cert Status: unknown"));
    EXPECT_THAT(text, HasSubstr("Produced At: Dec  1 12:00:00 2026 GMT"));
    EXPECT_THAT(text, HasSubstr("Next Update: Dec  1 13:00:00 2026 GMT"));
  }
}

TEST_F(OcspTest, EachGenerationSpeaksForItself) {
  const auto first = issue(*authorities_[0], "first.pem");
  const auto second = issue(*authorities_[1], "second.pem");
  known_[first.serial].kind = CertificateStatus::Kind::kGood;
  known_[second.serial].kind = CertificateStatus::Kind::kGood;
  const std::string response = answer(ask("-issuer issuing2.pem -cert second.pem -no_nonce"));
  const std::string text = judged(
      response, "-no_nonce -issuer issuing2.pem -CAfile root2.pem -verify_other issuing2.pem");
  EXPECT_THAT(text, HasSubstr("Response verify OK"));
  EXPECT_THAT(text, HasSubstr("Cert Status: good"));
  // One answer cannot speak for both.
  EXPECT_EQ(status_of(answer(ask("-issuer issuing1.pem -cert first.pem -issuer issuing2.pem "
                                 "-cert second.pem"))),
            OCSP_RESPONSE_STATUS_UNAUTHORIZED);
}

TEST_F(OcspTest, OthersAuthoritiesAreNotAnsweredFor) {
  issue(*authorities_[0], "first.pem");
  const std::string request = ask("-issuer issuing1.pem -cert first.pem");
  authorities_.erase(authorities_.begin());
  EXPECT_EQ(status_of(answer(request)), OCSP_RESPONSE_STATUS_UNAUTHORIZED);
}

TEST_F(OcspTest, MalformedRequestsGetTheirStatus) {
  issue(*authorities_[0], "first.pem");
  const std::string sound = ask("-issuer issuing1.pem -cert first.pem -no_nonce");
  EXPECT_EQ(status_of(answer(sound)), OCSP_RESPONSE_STATUS_SUCCESSFUL);
  EXPECT_EQ(status_of(answer("")), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  EXPECT_EQ(status_of(answer("junk")), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  EXPECT_EQ(status_of(answer(sound + "x")), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  EXPECT_EQ(status_of(answer(sound.substr(0, sound.size() - 1))),
            OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  std::string many = "-issuer issuing1.pem -no_nonce";
  for (int serial = 1; serial <= 16; ++serial) many += " -serial " + std::to_string(serial);
  EXPECT_EQ(status_of(answer(ask(many))), OCSP_RESPONSE_STATUS_SUCCESSFUL);
  EXPECT_EQ(status_of(answer(ask(many + " -serial 17"))), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
}

// OpenSSL decodes the parameters of this digest, 20 00, and cannot encode them; nor does it mind a
// SEQUENCE that says to be primitive.
TEST_F(OcspTest, WhatIsNotDerIsMalformed) {
  issue(*authorities_[0], "first.pem");
  std::string request = ask("-issuer issuing1.pem -cert first.pem -no_nonce");
  const std::size_t parameters = request.find(std::string("\x1a\x05\x00", 3));
  ASSERT_NE(parameters, std::string::npos);
  std::string primitive = request;
  request[parameters + 1] = '\x20';
  EXPECT_EQ(status_of(answer(request)), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  ASSERT_EQ(primitive[4], '\x30');  // the list of questions
  primitive[4] = '\x10';
  EXPECT_EQ(status_of(answer(primitive)), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  primitive[parameters + 1] = '\x20';
  EXPECT_EQ(status_of(answer(primitive)), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
}

TEST_F(OcspTest, NoncesAreOfOneTo32Octets) {
  issue(*authorities_[0], "first.pem");
  const std::string sound = ask("-issuer issuing1.pem -cert first.pem -no_nonce");
  const auto with_nonce = [&sound](int size) {
    const auto request =
        from_der<base::Owner<OCSP_REQUEST, OCSP_REQUEST_free>, d2i_OCSP_REQUEST>(sound);
    const OctetStringPtr nonce(ASN1_OCTET_STRING_new());
    // OpenSSL puts these octets in as they are.
    const std::string der =
        std::string{4, static_cast<char>(size)} + std::string(static_cast<std::size_t>(size), 'n');
    ASN1_OCTET_STRING_set(nonce.get(), octets(der), static_cast<int>(der.size()));
    OCSP_REQUEST_add1_ext_i2d(request.get(), NID_id_pkix_OCSP_Nonce, nonce.get(), 0,
                              X509V3_ADD_APPEND);
    return der_of<i2d_OCSP_REQUEST>(request.get());
  };
  EXPECT_THAT(answer(with_nonce(32)), HasSubstr(std::string(32, 'n')));
  EXPECT_EQ(status_of(answer(with_nonce(33))), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  EXPECT_EQ(status_of(answer(with_nonce(0))), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
}

TEST_F(OcspTest, UnknownCriticalExtensionsAreRefused) {
  issue(*authorities_[0], "first.pem");
  const std::string sound = ask("-issuer issuing1.pem -cert first.pem -no_nonce");
  const auto request =
      from_der<base::Owner<OCSP_REQUEST, OCSP_REQUEST_free>, d2i_OCSP_REQUEST>(sound);
  const OctetStringPtr value(ASN1_OCTET_STRING_new());
  OCSP_REQUEST_add1_ext_i2d(request.get(), NID_subject_key_identifier, value.get(), 1,
                            X509V3_ADD_APPEND);
  EXPECT_EQ(status_of(answer(der_of<i2d_OCSP_REQUEST>(request.get()))),
            OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
}

TEST_F(OcspTest, FailsAsTheStoreFails) {
  issue(*authorities_[0], "first.pem");
  const auto answer = answer_ocsp(
      ask("-issuer issuing1.pem -cert first.pem"), authorities_,
      [](const Authority&, std::string_view) -> base::Result<CertificateStatus> {
        return base::fail(base::ErrorCode::kUnavailable, "busy");
      },
      now_of_test(), kHour);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace muster::pki
