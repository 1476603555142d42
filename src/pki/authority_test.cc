#include "pki/authority.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "pki/certificate_maker.h"
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

// Replaces what is different every time: numbers, keys and signatures.
std::string masked(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    const std::size_t start = line.find_first_not_of(' ');
    const std::string content = start == std::string::npos ? "" : line.substr(start);
    const bool is_hex = !content.empty() &&
                        content.find_first_not_of("0123456789ABCDEFabcdef:") == std::string::npos;
    if (!is_hex) {
      out += line + '\n';
    } else if (!out.ends_with("*\n")) {
      out += line.substr(0, start) + "*\n";
    }
  }
  return out;
}

TEST_F(AuthorityTest, CertificatesSayWhatTheyAlwaysSaid) {
  const auto authority = new_authority();
  const auto device = authority->issue(request_of({}), device_of_test());
  ASSERT_TRUE(device);
  write_pems(*authority, *device);
  std::string text;
  for (const char* name : {"root", "issuing", "device"}) {
    text += std::string(name) + ":\n" +
            masked(judge_.run("openssl x509 -noout -text -in " + std::string(name) + ".pem"));
  }
  std::ifstream golden(MUSTER_GOLDEN_CERTIFICATES);
  const std::string expected{std::istreambuf_iterator<char>(golden), {}};
  EXPECT_EQ(text, expected);
}

// Requests that ask for what a device must not get.
std::vector<RequestMaker> greedy_requests() {
  std::vector<RequestMaker> makers;
  const auto asking = [&makers](const char* extension, const std::string& value) {
    RequestMaker maker;
    maker.extensions = {{extension, value}};
    makers.push_back(std::move(maker));
  };
  for (const char* name :
       {"DNS:muster.test", "DNS:*.test", "IP:127.0.0.1", "email:admin@muster.test",
        "URI:urn:uuid:00000000-0000-4000-8000-000000000000",
        "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:admin@muster.test"}) {
    asking("subjectAltName", name);
  }
  asking("basicConstraints", "critical,CA:TRUE");
  asking("basicConstraints", "critical,CA:TRUE,pathlen:0");
  asking("keyUsage", "critical,keyCertSign,cRLSign");
  for (const char* use : {"serverAuth", "codeSigning", "anyExtendedKeyUsage", "OCSPSigning"}) {
    asking("extendedKeyUsage", use);
  }
  asking("nameConstraints", "permitted;DNS:.test");
  asking("authorityInfoAccess", "OCSP;URI:http://evil.test/");
  asking("crlDistributionPoints", "URI:http://evil.test/");
  asking("certificatePolicies", "1.2.3.4");
  asking("tlsfeature", "status_request");
  asking("1.2.3.4", "critical,DER:0500");
  asking("noCheck", "ignored");
  for (const char* name :
       {"another device", "00000000-0000-4000-8000-000000000000", "*.test", "muster.test"}) {
    RequestMaker maker;
    maker.subject = {{"O", "22222222-2222-4333-8444-555555555555"}, {"CN", name}};
    makers.push_back(std::move(maker));
  }
  std::string many;
  for (int number = 0; number < 1000; ++number) {
    many += (number == 0 ? "DNS:n" : ",DNS:n") + std::to_string(number) + ".test";
  }
  asking("subjectAltName", many);
  return makers;
}

TEST_F(AuthorityTest, NothingThatIsAskedForIsGiven) {
  const auto authority = new_authority();
  const auto text_of_device = [&](const RequestMaker& maker) {
    const auto device = authority->issue(request_of(maker), device_of_test());
    EXPECT_TRUE(device);
    judge_.write("device.pem", to_pem(device->der));
    return masked(judge_.run("openssl x509 -noout -text -in device.pem"));
  };
  const std::string plain = text_of_device({});
  for (const RequestMaker& maker : greedy_requests()) {
    const std::string asked =
        maker.extensions.empty() ? maker.subject.back().value : maker.extensions.front().second;
    EXPECT_EQ(text_of_device(maker), plain) << asked.substr(0, 80);
  }
}

TEST_F(AuthorityTest, FactsOfWhatWasIssued) {
  const auto authority = new_authority();
  const auto request = request_of({});
  const auto device = authority->issue(request, device_of_test());
  ASSERT_TRUE(device);
  const auto facts = read_certificate(device->der);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->serial, device->serial);
  EXPECT_EQ(facts->common_name, kDevice);
  EXPECT_EQ(facts->organization, kTenant);
  EXPECT_EQ(facts->key_hash, request.key_hash);
  EXPECT_EQ(facts->not_before, device->not_before);
  EXPECT_EQ(facts->not_before, device_of_test().not_before);
  EXPECT_EQ(facts->not_after, device->not_after);
  EXPECT_EQ(facts->not_after, device_of_test().not_after);
  EXPECT_THAT(facts->alternative_names.value_or(""), HasSubstr(std::string("urn:uuid:") + kDevice));
}

TEST_F(AuthorityTest, NothingOutlivesItsIssuer) {
  const auto authority = new_authority();
  DeviceTemplate device = device_of_test();
  device.not_after = authority->ends().plus(std::chrono::hours(1));
  const auto issued = authority->issue(request_of({}), device);
  ASSERT_TRUE(issued);
  EXPECT_EQ(issued->not_after, authority->ends());
  device.not_before = authority->ends();
  EXPECT_FALSE(authority->issue(request_of({}), device));

  AuthorityPlan plan = plan_of_test();
  plan.issuing_validity = plan.root_validity + std::chrono::hours(24 * 365);
  const auto made = make_authority(plan, now_of_test());
  ASSERT_TRUE(made);
  const auto root = read_certificate(made->root_certificate);
  const auto issuing = read_certificate(made->issuing_certificate);
  EXPECT_EQ(issuing->not_after, root->not_after);
}

TEST_F(AuthorityTest, DatesBeyond2049) {
  AuthorityPlan plan = plan_of_test();
  plan.root_validity = plan.issuing_validity = std::chrono::hours(24 * 365 * 60);
  const auto made = make_authority(plan, now_of_test());
  ASSERT_TRUE(made);
  const auto authority = authority_of(*made);
  DeviceTemplate device = device_of_test();
  device.not_before = *base::Timestamp::parse("2049-12-31T23:59:59Z");
  device.not_after = *base::Timestamp::parse("2050-01-01T00:00:00Z");
  const auto issued = authority->issue(request_of({}), device);
  ASSERT_TRUE(issued);
  EXPECT_EQ(issued->not_after, device.not_after);
  // RFC 5280 §4.1.2.5: UTCTime, then GeneralizedTime.
  EXPECT_THAT(issued->der, HasSubstr("\x17\x0d"
                                     "491231235959Z\x18\x0f"
                                     "20500101000000Z"));
}

// E7.
TEST_F(AuthorityTest, SerialNumbersArePositiveAndDiffer) {
  const auto authority = new_authority();
  const auto request = request_of({});
  std::vector<std::string> seen;
  for (int count = 0; count < 1'000; ++count) {
    const auto issued = authority->issue(request, device_of_test());
    ASSERT_TRUE(issued);
    seen.push_back(issued->serial);
  }
  for (int count = 0; count < 100'000; ++count) seen.push_back(random_serial());
  std::vector<std::string> beginnings;
  for (const std::string& serial : seen) {
    // 16 octets, of which all bits but two are random: positive, and 20 octets are the most.
    ASSERT_EQ(serial.size(), 32U);
    ASSERT_TRUE(serial.front() >= '4' && serial.front() < '8') << serial;
    beginnings.push_back(serial.substr(0, 16));
  }
  // Neither half is a counter or a clock.
  for (std::vector<std::string>* list : {&seen, &beginnings}) {
    std::sort(list->begin(), list->end());
    EXPECT_EQ(std::adjacent_find(list->begin(), list->end()), list->end());
  }
}

TEST_F(AuthorityTest, IssuesFromManyThreads) {
  const auto authority = new_authority();
  const auto request = request_of({});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int count = 0; count < 25; ++count) {
        const auto issued = authority->issue(request, device_of_test());
        EXPECT_TRUE(issued && authority->issued(issued->der));
        EXPECT_TRUE(authority->sign_crl({}, 1, now_of_test(), now_of_test()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(AuthorityTest, ListsOfAnySize) {
  const auto authority = new_authority();
  std::vector<RevokedCertificate> revoked;
  for (int number = 0; number < 10'000; ++number) {
    const std::string digits = std::to_string(100'000 + number);
    revoked.push_back({"4000" + digits, now_of_test().plus(std::chrono::seconds(-number)),
                       static_cast<RevocationReason>(number % 2 * 4)});
  }
  for (const std::size_t size : {0U, 1U, 10'000U}) {
    const std::string text = list(*authority, std::span(revoked).first(size));
    std::size_t entries = 0;
    for (std::size_t at = text.find("Serial Number"); at != std::string::npos;
         at = text.find("Serial Number", at + 1)) {
      ++entries;
    }
    EXPECT_EQ(entries, size);
    judge_.write("issuing.pem", to_pem(authority->material().issuing_certificate));
    EXPECT_THAT(judge_.run("openssl crl -in ca.crl.pem -noout -CAfile issuing.pem"),
                HasSubstr("verify OK"));
    // "Unspecified" is not said.
    EXPECT_EQ(text.find("Unspecified"), std::string::npos);
  }
  const RevokedCertificate wrong{"no hex", now_of_test()};
  EXPECT_FALSE(authority->sign_crl({&wrong, 1}, 1, now_of_test(), now_of_test()));
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

TEST_F(AuthorityTest, NamesHoldWhatAdministratorsType) {
  AuthorityPlan plan = plan_of_test();
  for (const auto& [name, expected] : std::vector<std::pair<std::string, std::string>>{
           {"Müller, Söhne/CN=x+y", "Müller, Söhne/CN=x+y"},
           {std::string(80, 'x'), std::string(64, 'x')},
           {"a\nb", "ab"},
           {"", ""},
           {"\xff", ""}}) {
    plan.display_name = name;
    const auto made = make_authority(plan, now_of_test());
    ASSERT_TRUE(made) << name;
    EXPECT_EQ(read_certificate(made->root_certificate)->organization, expected);
    EXPECT_EQ(read_certificate(made->issuing_certificate)->common_name, "Muster Issuing G1");
  }
}

TEST_F(AuthorityTest, OnlyStrongKeysAreMade) {
  for (const KeyType type : {KeyType::kRsa2048, KeyType::kEd25519}) {
    AuthorityPlan plan = plan_of_test();
    plan.key_type = type;
    const auto made = make_authority(plan, now_of_test());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, base::ErrorCode::kConfiguration);
  }
}

TEST_F(AuthorityTest, DamagedMaterialIsNotLoaded) {
  const auto made = make_authority(plan_of_test(), now_of_test());
  const auto other = make_authority(plan_of_test(), now_of_test());
  ASSERT_TRUE(made && other);
  const auto code = [](const AuthorityMaterial& material) {
    const auto loaded = Authority::load(material, "https://muster.test/pki/contoso");
    return loaded ? base::ErrorCode::kNotFound : loaded.error().code;
  };
  for (auto member : {&AuthorityMaterial::root_certificate, &AuthorityMaterial::issuing_certificate,
                      &AuthorityMaterial::issuing_key, &AuthorityMaterial::root_key}) {
    AuthorityMaterial damaged = *made;
    damaged.*member = other.value().*member;
    EXPECT_EQ(code(damaged), base::ErrorCode::kInternal);
    damaged.*member = "junk";
    EXPECT_EQ(code(damaged), base::ErrorCode::kInternal);
  }
  AuthorityMaterial without_root_key = *made;
  without_root_key.root_key.clear();
  const auto loaded = Authority::load(without_root_key, "https://muster.test/pki/contoso");
  ASSERT_TRUE(loaded);
  const auto crl = (*loaded)->sign_root_crl(1, now_of_test(), now_of_test());
  ASSERT_FALSE(crl);
  EXPECT_EQ(crl.error().code, base::ErrorCode::kNotFound);
}

TEST_F(AuthorityTest, RootsThatAreKeptElsewhereGetNoLinks) {
  const auto made = make_authority(plan_of_test(), now_of_test());
  ASSERT_TRUE(made);
  AuthorityMaterial old = *made;
  old.root_key.clear();
  const auto next = succeed_authority(plan_of_test(), old, now_of_test());
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->old_with_new.empty() && next->new_with_old.empty());
  // Nor do roots that have ended.
  const auto later = now_of_test().plus(plan_of_test().root_validity);
  const auto after = succeed_authority(plan_of_test(), *made, later);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->old_with_new.empty());
}

}  // namespace
}  // namespace muster::pki
