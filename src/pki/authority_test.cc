#include "pki/authority.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "pki/judge_fixture.h"
#include "pki/request_fixture.h"

namespace muster::pki {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CertificateRequest request_of(const RequestMaker& maker) {
  auto request = read_certificate_request(maker.make(), KeyPolicy{});
  EXPECT_TRUE(request) << request.error().message;
  return std::move(request).value();
}

std::shared_ptr<const Authority> authority_of(AuthorityMaterial material) {
  auto loaded = Authority::load(std::move(material), plan_of_test().pki_url);
  EXPECT_TRUE(loaded) << loaded.error().message;
  return loaded.value();
}

std::shared_ptr<const Authority> new_authority(KeyType type = KeyType::kEcP256) {
  AuthorityPlan plan = plan_of_test();
  plan.key_type = type;
  auto made = make_authority(plan, now_of_test());
  EXPECT_TRUE(made) << made.error().message;
  return authority_of(std::move(made).value());
}

const std::string kAtTest = "-attime " + std::to_string(now_of_test().unix_seconds());

class AuthorityTest : public ::testing::Test {
 protected:
  void write_pems(const Authority& authority, const IssuedCertificate& device) {
    judge_.write("root.pem", to_pem(authority.material().root_certificate));
    judge_.write("issuing.pem", to_pem(authority.material().issuing_certificate));
    judge_.write("device.pem", to_pem(device.der));
  }
  std::string verify(const std::string& more) {
    return judge_.run("openssl verify " + kAtTest +
                      " -x509_strict -purpose sslclient -CAfile root.pem " + more + " device.pem");
  }
  std::string list(const Authority& authority, std::span<const RevokedCertificate> revoked) {
    const auto crl =
        authority.sign_crl(revoked, 7, now_of_test(), now_of_test().plus(std::chrono::hours(168)));
    EXPECT_TRUE(crl);
    judge_.write("ca.crl", *crl);
    const auto root =
        authority.sign_root_crl(1, now_of_test(), now_of_test().plus(std::chrono::hours(168)));
    EXPECT_TRUE(root);
    judge_.write("root.crl", *root);
    return judge_.run(
        "openssl crl -inform DER -in ca.crl -out ca.crl.pem && "
        "openssl crl -inform DER -in root.crl -out root.crl.pem && "
        "openssl crl -in ca.crl.pem -noout -text");
  }

  Judge judge_;
};

TEST_F(AuthorityTest, IssuesWhatOpensslAccepts) {
  for (const KeyType type : {KeyType::kEcP256, KeyType::kEcP384, KeyType::kRsa3072}) {
    const auto authority = new_authority(type);
    const auto device = authority->issue(request_of({}), device_of_test());
    ASSERT_TRUE(device) << device.error().message;
    write_pems(*authority, *device);
    EXPECT_THAT(verify("-untrusted issuing.pem"), HasSubstr("device.pem: OK")) << name_of(type);
    EXPECT_TRUE(authority->issued(device->der));
    EXPECT_FALSE(new_authority()->issued(device->der));
  }
}

TEST_F(AuthorityTest, RevokedCertificatesAreRefused) {
  const auto authority = new_authority();
  const auto device = authority->issue(request_of({}), device_of_test());
  ASSERT_TRUE(device);
  write_pems(*authority, *device);
  const std::string check =
      "-untrusted issuing.pem -crl_check_all -CRLfile ca.crl.pem -CRLfile root.crl.pem";

  EXPECT_THAT(list(*authority, {}), HasSubstr("No Revoked Certificates"));
  EXPECT_THAT(verify(check), HasSubstr("device.pem: OK"));

  const RevokedCertificate revoked{device->serial, now_of_test(),
                                   RevocationReason::kCessationOfOperation};
  const std::string text = list(*authority, {&revoked, 1});
  EXPECT_THAT(text, HasSubstr("Version 2"));
  EXPECT_THAT(text, HasSubstr("X509v3 CRL Number: \n                7"));
  EXPECT_THAT(text, HasSubstr("X509v3 Authority Key Identifier"));
  EXPECT_THAT(text, HasSubstr("Cessation Of Operation"));
  EXPECT_THAT(verify(check), HasSubstr("certificate revoked"));
}

TEST_F(AuthorityTest, LinksLeadFromEitherRootToWhatBothIssued) {
  const auto old = new_authority();
  const auto made = succeed_authority(plan_of_test(), old->material(), now_of_test());
  ASSERT_TRUE(made) << made.error().message;
  const auto fresh = authority_of(*made);
  EXPECT_EQ(fresh->generation(), 2U);
  judge_.write("new_with_old.pem", to_pem(made->new_with_old));
  judge_.write("old_with_new.pem", to_pem(made->old_with_new));

  const auto by_old = old->issue(request_of({}), device_of_test());
  const auto by_new = fresh->issue(request_of({}), device_of_test());
  ASSERT_TRUE(by_old && by_new);
  write_pems(*fresh, *by_old);
  judge_.write("issuing.pem", to_pem(old->material().issuing_certificate));
  EXPECT_THAT(verify("-untrusted issuing.pem"), Not(HasSubstr(": OK")));
  EXPECT_THAT(verify("-untrusted issuing.pem -untrusted old_with_new.pem"), HasSubstr(": OK"));
  write_pems(*old, *by_new);
  judge_.write("issuing.pem", to_pem(made->issuing_certificate));
  EXPECT_THAT(verify("-untrusted issuing.pem"), Not(HasSubstr(": OK")));
  EXPECT_THAT(verify("-untrusted issuing.pem -untrusted new_with_old.pem"), HasSubstr(": OK"));
}

}  // namespace
}  // namespace muster::pki
