// Authorities that were made elsewhere: by the command line of OpenSSL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pki/authority.h"
#include "pki/judge_fixture.h"
#include "pki/request_fixture.h"

namespace muster::pki {
namespace {

using ::testing::HasSubstr;

class ImportTest : public ::testing::Test {
 protected:
  // The dates of what OpenSSL makes are those of the system's clock.
  static base::Timestamp now() { return base::Timestamp::from_unix_seconds(std::time(nullptr)); }

  void SetUp() override {
    make_root("root", "/CN=Corporate Root", kEc);
    make_issuing("issuing", kAuthority, "ec -pkeyopt ec_paramgen_curve:P-384");
  }

  void make_root(const std::string& name, const std::string& subject, const std::string& key) {
    judge_.run("openssl req -x509 -nodes -days 30 -subj '" + subject + "' -newkey " + key +
               " -keyout " + name + ".key -out " + name + ".pem");
    ASSERT_TRUE(judge_.good());
  }

  void make_issuing(const std::string& name, const std::string& extensions, const std::string& key,
                    const std::string& more = "-days 20") {
    judge_.write("extensions.cnf", extensions);
    judge_.run("openssl req -new -nodes -subj '/CN=Corporate Devices' -newkey " + key +
               " -keyout " + name + ".key -out " + name + ".csr && openssl x509 -req -in " + name +
               ".csr -CA root.pem -CAkey root.key -CAcreateserial -extfile extensions.cnf -out " +
               name + ".pem " + more);
    ASSERT_TRUE(judge_.good());
  }

  base::Result<AuthorityMaterial> import(const std::string& issuing, const std::string& key,
                                         const std::string& root) {
    return import_authority(4, judge_.read(issuing), judge_.read(key), judge_.read(root), {},
                            now());
  }

  std::string refusal(const std::string& issuing, const std::string& key, const std::string& root) {
    const auto imported = import(issuing, key, root);
    if (imported) return {};
    EXPECT_EQ(imported.error().code, base::ErrorCode::kConfiguration);
    return imported.error().message;
  }

  std::string refusal_of(const std::string& extensions, const std::string& key = kEc,
                         const std::string& more = "-days 20") {
    make_issuing("other", extensions, key, more);
    return refusal("other.pem", "other.key", "root.pem");
  }

  static constexpr const char* kEc = "ec -pkeyopt ec_paramgen_curve:P-256";
  static constexpr const char* kAuthority =
      "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
      "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

  Judge judge_;
};

TEST_F(ImportTest, IssuesAsIfMadeHere) {
  const auto imported = import("issuing.pem", "issuing.key", "root.pem");
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->generation, 4U);
  EXPECT_TRUE(imported->root_key.empty());
  const auto authority = Authority::load(*imported, "https://muster.test/pki/contoso");
  ASSERT_TRUE(authority);
  const auto request = read_certificate_request(RequestMaker{}.make(), KeyPolicy{});
  const auto issued = (*authority)
                          ->issue(*request, {kDevice, kTenant, now().plus(-std::chrono::hours(24)),
                                             now().plus(std::chrono::hours(24 * 365))});
  ASSERT_TRUE(issued);
  EXPECT_EQ(issued->not_after, (*authority)->ends());
  judge_.write("device.pem", to_pem(issued->der));
  EXPECT_THAT(judge_.run("openssl verify -CAfile root.pem -untrusted issuing.pem "
                         "device.pem"),
              HasSubstr("device.pem: OK"));
  EXPECT_THAT(judge_.run("openssl x509 -in device.pem -noout -text"),
              HasSubstr("/pki/contoso/4/ca.crl"));
}

TEST_F(ImportTest, TraditionalKeysAreTakenAndKeptAsPkcs8) {
  judge_.run("openssl ec -in issuing.key -out traditional.key");
  const auto imported = import("issuing.pem", "traditional.key", "root.pem");
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_THAT(imported->issuing_key, HasSubstr("BEGIN PRIVATE KEY"));
}

TEST_F(ImportTest, AfterItComesOneOfOurs) {
  const auto imported = import("issuing.pem", "issuing.key", "root.pem");
  ASSERT_TRUE(imported);
  const auto next = succeed_authority(plan_of_test(), *imported, now());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->generation, 5U);
  EXPECT_EQ(read_certificate(next->root_certificate)->common_name, "Muster Root");
}

TEST_F(ImportTest, FilesThatAreNotWhatTheyShouldBe) {
  judge_.write("junk", "junk");
  judge_.write("two.pem", judge_.read("issuing.pem") + judge_.read("root.pem"));
  judge_.run("openssl ec -in issuing.key -aes128 -passout pass:secret -out locked.key");
  EXPECT_THAT(refusal("junk", "issuing.key", "root.pem"), HasSubstr("issuing certificate is not"));
  EXPECT_THAT(refusal("two.pem", "issuing.key", "root.pem"),
              HasSubstr("issuing certificate is not"));
  EXPECT_THAT(refusal("issuing.pem", "issuing.key", "junk"), HasSubstr("root certificate is not"));
  EXPECT_THAT(refusal("issuing.pem", "junk", "root.pem"), HasSubstr("neither a private key"));
  EXPECT_THAT(refusal("issuing.pem", "locked.key", "root.pem"), HasSubstr("pass phrase"));
  EXPECT_THAT(refusal("issuing.pem", "root.key", "root.pem"), HasSubstr("another certificate"));
}

TEST_F(ImportTest, ChainsThatDoNotLeadToTheRoot) {
  make_root("stranger", "/CN=Corporate Root", kEc);
  EXPECT_THAT(refusal("issuing.pem", "issuing.key", "stranger.pem"), HasSubstr("lead to the root"));
  EXPECT_THAT(refusal_of(kAuthority, kEc, "-days -1"), HasSubstr("expired"));
  // Of no root, but of an authority below one.
  EXPECT_THAT(refusal("issuing.pem", "issuing.key", "issuing.pem"), HasSubstr("lead to the root"));
}

TEST_F(ImportTest, CertificatesThatAreNotOfAnAuthority) {
  EXPECT_THAT(refusal_of("basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\n"),
              HasSubstr("of no authority"));
  EXPECT_THAT(refusal_of("keyUsage=keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"),
              HasSubstr("of no authority"));
  for (const char* usage : {"keyCertSign", "cRLSign", "digitalSignature"}) {
    EXPECT_THAT(refusal_of(std::string("basicConstraints=critical,CA:TRUE\nkeyUsage=") + usage +
                           "\nsubjectKeyIdentifier=hash\n"),
                HasSubstr("of no authority"))
        << usage;
  }
  EXPECT_THAT(refusal_of("basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n"),
              HasSubstr("of no authority"));
  EXPECT_THAT(refusal_of("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n"
                         "subjectKeyIdentifier=none\n"),
              HasSubstr("subjectKeyIdentifier"));
  EXPECT_THAT(refusal_of(std::string(kAuthority) + "extendedKeyUsage=serverAuth\n"),
              HasSubstr("TLS clients"));
  EXPECT_EQ(refusal_of(std::string(kAuthority) + "extendedKeyUsage=clientAuth\n"), "");
  EXPECT_THAT(refusal_of(std::string(kAuthority) + "1.2.3.4=critical,DER:0500\n"),
              HasSubstr("critical"));
}

TEST_F(ImportTest, WeakKeys) {
  EXPECT_THAT(refusal_of(kAuthority, "rsa:1024"), HasSubstr("not allowed"));
  EXPECT_THAT(refusal_of(kAuthority, "ec -pkeyopt ec_paramgen_curve:secp256k1"),
              HasSubstr("not allowed"));
  EXPECT_EQ(refusal_of(kAuthority, "rsa:2048"), "");
  EXPECT_THAT(refusal_of(kAuthority, kEc, "-days 20 -sha1"), HasSubstr("weak"));
}

}  // namespace
}  // namespace muster::pki
