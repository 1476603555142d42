#include "http/server_identity.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "http/certificate_authority.h"
#include "http/tls.h"

namespace muster::http {
namespace {

namespace fs = std::filesystem;
using base::Timestamp;

constexpr std::int64_t kStart = 1'790'000'000;
constexpr std::int64_t kDay = 86'400;

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class ServerIdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "muster-identity-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    folder_ = root_ + "/data/tls";
  }
  void TearDown() override { fs::remove_all(root_); }

  base::Result<ServerIdentity> ensure(const std::vector<std::string>& names = {}) {
    return ensure_server_identity(folder_, names, clock_);
  }
  CertificateFacts facts() {
    return read_certificate(
               {text_of(folder_ + "/server.pem"), text_of(folder_ + "/server-key.pem")})
        .value();
  }
  mode_t mode(const std::string& file) {
    struct stat status {};
    EXPECT_EQ(::stat((folder_ + file).c_str(), &status), 0);
    return status.st_mode & 0777U;
  }

  std::string root_;
  std::string folder_;
  base::ManualClock clock_{Timestamp::from_unix_seconds(kStart)};
};

TEST_F(ServerIdentityTest, MakesEverythingAtTheFirstStart) {
  const auto identity = ensure({"mdm.Example.org", "10.1.2.3", "2001:DB8::1"});
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_TRUE(identity->issued);
  EXPECT_EQ(mode(""), 0700U);
  EXPECT_EQ(mode("/ca-key.pem"), 0600U);
  EXPECT_EQ(mode("/server-key.pem"), 0600U);
  EXPECT_EQ(mode("/ca.pem"), 0644U);
  EXPECT_EQ(facts().names,
            (std::set<std::string>{"DNS:localhost", "IP:127.0.0.1", "IP:::1", "DNS:mdm.example.org",
                                   "IP:10.1.2.3", "IP:2001:db8::1"}));
  EXPECT_EQ(facts().not_after, kStart - 3600 + 397 * kDay);
  EXPECT_TRUE(is_issued_by(text_of(identity->certificate_file), text_of(identity->ca_file)));
  EXPECT_TRUE(TlsContext::load(identity->certificate_file, identity->key_file));
}

TEST_F(ServerIdentityTest, KeepsWhatIsStillGood) {
  ASSERT_TRUE(ensure());
  const std::string before = text_of(folder_ + "/server.pem");
  clock_.advance(std::chrono::hours(24 * 360));
  const auto again = ensure();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->issued);
  EXPECT_EQ(text_of(folder_ + "/server.pem"), before);
}

TEST_F(ServerIdentityTest, RenewsInTimeUnderTheSameAuthority) {
  ASSERT_TRUE(ensure());
  const std::string ca = text_of(folder_ + "/ca.pem");
  clock_.advance(std::chrono::hours(24 * 368));
  const auto again = ensure();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->issued);
  EXPECT_EQ(text_of(folder_ + "/ca.pem"), ca);
  EXPECT_GT(facts().not_after, kStart + 700 * kDay);
}

TEST_F(ServerIdentityTest, NeverOutlivesItsAuthority) {
  ASSERT_TRUE(ensure());
  clock_.advance(std::chrono::hours(24 * 3640));
  ASSERT_TRUE(ensure());
  EXPECT_EQ(facts().not_after, kStart + 3650 * kDay);
  EXPECT_FALSE(ensure()->issued);  // not again at each start
  clock_.advance(std::chrono::hours(24 * 11));
  const auto expired = ensure();
  ASSERT_FALSE(expired);
  EXPECT_NE(expired.error().message.find("ca.pem"), std::string::npos);
}

TEST_F(ServerIdentityTest, IssuesAnewWhenNamesChangeOrTheCertificateIsDamaged) {
  ASSERT_TRUE(ensure({"a.example"}));
  EXPECT_TRUE(ensure({"b.example"})->issued);
  EXPECT_FALSE(ensure({"B.example"})->issued);
  std::ofstream(folder_ + "/server.pem") << "broken";
  EXPECT_TRUE(ensure({"b.example"})->issued);
  EXPECT_EQ(facts().names.count("DNS:b.example"), 1U);
}

TEST_F(ServerIdentityTest, RecoversFromACrashInTheFirstStart) {
  ASSERT_TRUE(ensure());
  for (const char* file : {"/ca.pem", "/server.pem", "/server-key.pem"}) fs::remove(folder_ + file);
  std::ofstream(folder_ + "/ca-key.pem.new") << "half";
  EXPECT_TRUE(ensure());
}

TEST_F(ServerIdentityTest, NeverReplacesAnAuthorityThatClientsMayTrust) {
  ASSERT_TRUE(ensure());
  const std::string ca = text_of(folder_ + "/ca.pem");
  const std::string key = text_of(folder_ + "/ca-key.pem");
  fs::remove(folder_ + "/ca.pem");
  EXPECT_FALSE(ensure());
  std::ofstream(folder_ + "/ca.pem") << "broken";
  EXPECT_FALSE(ensure());
  std::ofstream(folder_ + "/ca.pem") << ca;
  fs::remove(folder_ + "/ca-key.pem");
  const auto refused = ensure();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConfiguration);
  EXPECT_NE(refused.error().message.find("ca-key.pem"), std::string::npos);
  std::ofstream(folder_ + "/ca-key.pem") << text_of(folder_ + "/server-key.pem");
  EXPECT_FALSE(ensure());  // a key of another certificate
  std::ofstream(folder_ + "/ca-key.pem") << key;
  EXPECT_TRUE(ensure());
}

TEST_F(ServerIdentityTest, RefusesNamesThatAreNone) {
  for (const char* name : {"", "a b", "a,DNS:evil", "-a", "a..b", "1.2.3.4/8", "*", "a\n"}) {
    const auto refused = ensure({name});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().target, "server_names");
  }
}

TEST_F(ServerIdentityTest, TlsContextNamesTheFileAtFault) {
  const auto identity = ensure();
  ASSERT_TRUE(identity);
  const auto missing = TlsContext::load(root_ + "/none.pem", identity->key_file);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("none.pem: No such file"), std::string::npos);
  const std::string junk = root_ + "/junk.pem";
  std::ofstream(junk) << "junk";
  EXPECT_EQ(TlsContext::load(junk, identity->key_file).error().target, junk);
  EXPECT_EQ(TlsContext::load(identity->certificate_file, junk).error().target, junk);
  const std::string foreign = folder_ + "/ca-key.pem";
  EXPECT_EQ(TlsContext::load(identity->certificate_file, foreign).error().target, foreign);
}

}  // namespace
}  // namespace muster::http
