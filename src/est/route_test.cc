#include "est/route.h"

#include <gtest/gtest.h>

namespace muster::est {
namespace {

using enum Operation;

struct Row {
  const char* path;
  Operation operation;
  const char* label = "";
  std::uint32_t generation = 0;
  bool root = false;
  const char* ocsp = "";
};

class RouteTest : public ::testing::TestWithParam<Row> {};

TEST_P(RouteTest, IsFound) {
  const Row& row = GetParam();
  const Route route = find_route(row.path);
  EXPECT_EQ(name_of(route.operation), name_of(row.operation)) << row.path;
  if (route.operation == kOther) return;
  EXPECT_EQ(route.label, row.label) << row.path;
  EXPECT_EQ(route.generation, row.generation) << row.path;
  EXPECT_EQ(route.root, row.root) << row.path;
  EXPECT_EQ(route.ocsp, row.ocsp) << row.path;
}

INSTANTIATE_TEST_SUITE_P(
    Est, RouteTest,
    ::testing::Values(Row{"/.well-known/est/cacerts", kCaCerts},
                      Row{"/.well-known/est/acme/cacerts", kCaCerts, "acme"},
                      Row{"/.well-known/est/acme/csrattrs", kCsrAttrs, "acme"},
                      Row{"/.well-known/est/a%20b/simpleenroll", kSimpleEnroll, "a b"},
                      Row{"/.well-known/est/simpleenroll", kSimpleEnroll},
                      Row{"/.well-known/est/acme/simplereenroll", kSimpleReenroll, "acme"},
                      Row{"/.well-known/est/acme/serverkeygen", kServerKeyGen, "acme"},
                      Row{"/.well-known/est/acme/fullcmc", kFullCmc, "acme"},
                      Row{"/.well-known/est", kOther}, Row{"/.well-known/est/", kOther},
                      Row{"/.well-known/est/acme", kOther}, Row{"/.well-known/est/acme/", kOther},
                      Row{"/.well-known/est//cacerts", kOther},
                      Row{"/.well-known/est/cacerts/cacerts", kOther},
                      Row{"/.well-known/est/%63acerts/cacerts", kOther},
                      Row{"/.well-known/est/%zz/cacerts", kOther},
                      Row{"/.well-known/est/acme/CACERTS", kOther},
                      Row{"/.well-known/est/acme/status", kOther},
                      Row{"/.well-known/est/acme/cacerts/more", kOther}));

INSTANTIATE_TEST_SUITE_P(
    Pki, RouteTest,
    ::testing::Values(Row{"/pki/acme/ca.cer", kCertificate, "acme"},
                      Row{"/pki/acme/root.cer", kCertificate, "acme", 0, true},
                      Row{"/pki/acme/3/ca.crl", kRevocationList, "acme", 3},
                      Row{"/pki/acme/12/root.crl", kRevocationList, "acme", 12, true},
                      Row{"/pki/acme/0/ca.crl", kOther}, Row{"/pki/acme/01/ca.crl", kOther},
                      Row{"/pki/acme/-1/ca.crl", kOther},
                      Row{"/pki/acme/4294967296/ca.crl", kOther},
                      Row{"/pki/acme/1x/ca.crl", kOther}, Row{"/pki/acme//ca.crl", kOther},
                      Row{"/pki/acme/1/2/ca.crl", kOther}, Row{"/pki/acme/ca.pem", kOther},
                      Row{"/pki/acme/", kOther}, Row{"/pki/acme", kOther},
                      Row{"/pki//ca.cer", kOther}, Row{"/pki/acme/ocsp", kOcsp, "acme"},
                      Row{"/pki/acme/ocsp/MEI/a%2Bb=", kOcsp, "acme", 0, false, "MEI/a%2Bb="}));

INSTANTIATE_TEST_SUITE_P(Device, RouteTest,
                         ::testing::Values(Row{"/device/acme/status", kStatus, "acme"},
                                           Row{"/device/status", kOther},
                                           Row{"/device//status", kOther},
                                           Row{"/device/acme/status/", kOther},
                                           Row{"/device/acme/wipe", kOther}));

TEST(Route, FaultsBelowDeviceAreKnownAsSuch) {
  EXPECT_TRUE(find_route("/device/acme/wipe").device);
  EXPECT_FALSE(find_route("/.well-known/est/acme/x").device);
}

TEST(Route, MethodsFollowTheOperation) {
  for (const char* path : {"/.well-known/est/cacerts", "/.well-known/est/a/csrattrs",
                           "/pki/a/ca.cer", "/pki/a/1/root.crl", "/pki/a/ocsp/MEI="}) {
    EXPECT_EQ(methods_of(find_route(path)), "GET, HEAD") << path;
  }
  for (const char* path : {"/.well-known/est/simpleenroll", "/.well-known/est/a/simplereenroll",
                           "/.well-known/est/a/fullcmc", "/pki/a/ocsp", "/device/a/status"}) {
    EXPECT_EQ(methods_of(find_route(path)), "POST") << path;
  }
}

TEST(Route, MethodsAreWholeWords) {
  EXPECT_TRUE(allows("GET, HEAD", "GET"));
  EXPECT_TRUE(allows("GET, HEAD", "HEAD"));
  EXPECT_FALSE(allows("GET, HEAD", "HEA"));
  EXPECT_FALSE(allows("GET, HEAD", "GET, HEAD"));
  EXPECT_FALSE(allows("POST", ""));
}

}  // namespace
}  // namespace muster::est
